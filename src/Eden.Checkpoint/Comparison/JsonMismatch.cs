namespace Eden.Checkpoint.Comparison;

/// <summary>A place where two JSON values differ: two scalars, two kinds, or a member or element that one side lacks.</summary>
internal readonly ref struct JsonMismatch
{
    private readonly JsonDifferencer _place;

    public JsonMismatch(JsonDifferencer place, JsonTokens left, int leftToken, JsonTokens right, int rightToken)
    {
        _place = place;
        Left = left;
        LeftToken = leftToken;
        Right = right;
        RightToken = rightToken;
    }

    public JsonTokens Left { get; }

    /// <summary>Gets the value's token on the left; -1 when the left has none there.</summary>
    public int LeftToken { get; }

    public JsonTokens Right { get; }

    /// <summary>Gets the value's token on the right; -1 when the right has none there.</summary>
    public int RightToken { get; }

    /// <summary>Gets how many names and indexes lead to the place; 0 for the whole value.</summary>
    public int Depth => _place.Depth;

    /// <summary>Tells whether the name at a position of the path, counted from 0, is this one.</summary>
    public bool IsName(int position, ReadOnlySpan<byte> name) => _place.IsName(position, name);

    /// <summary>Tells whether the place is the member of that name in the record itself.</summary>
    public bool IsField(ReadOnlySpan<byte> name) => Depth == 1 && IsName(0, name);

    /// <summary>Builds the path, for example <c>payload.idea_id</c> or <c>parent_commits[1]</c>; <see langword="null"/> for the whole value.</summary>
    public string? Field() => _place.Field();
}
