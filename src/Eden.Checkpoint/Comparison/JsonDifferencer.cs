using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>Finds where two JSON values differ: key order is free, numbers compare by exact value, strings by the text they stand for.</summary>
/// <remarks>Reusable; not thread-safe. Members in the same order, the usual case, are compared as they come; only from the first other name on
/// are they sorted, so that no order makes the work quadratic.</remarks>
internal sealed class JsonDifferencer
{
    private const int MostPathCharacters = 256;

    private readonly List<Step> _path = [];
    private JsonTokens _left = new();
    private JsonTokens _right = new();
    private IJsonMismatchSink _sink = null!;

    /// <summary>Gets the length of the path to the place at hand.</summary>
    public int Depth => _path.Count;

    /// <summary>Compares two texts whose tokens have been read and reports every place where they differ.</summary>
    public void Compare(JsonTokens left, JsonTokens right, IJsonMismatchSink sink)
    {
        _left = left;
        _right = right;
        _sink = sink;
        _path.Clear();
        Compare(0, 0);
    }

    /// <summary>Tells whether the name at a position of the path is this one.</summary>
    public bool IsName(int position, ReadOnlySpan<byte> name)
        => position < _path.Count && _path[position] is { Name: >= 0 } step && JsonStringText.SameText(NameOf(step), name);

    /// <summary>Builds the path, shortened when it is very long; <see langword="null"/> when it is empty.</summary>
    public string? Field()
    {
        if (_path.Count == 0)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var step in _path)
        {
            if (text.Length > MostPathCharacters)
            {
                return text.Append('…').ToString();
            }

            if (step.Name < 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
                continue;
            }

            text.Append(text.Length > 0 ? "." : string.Empty).Append(ShownValue.Of(JsonStringText.Decode(NameOf(step))));
        }

        return text.ToString();
    }

    private ReadOnlySpan<byte> NameOf(Step step) => (step.FromLeft ? _left : _right).Bytes(step.Name);

    private void Compare(int left, int right)
    {
        var l = _left[left];
        var r = _right[right];
        if (l.Kind != r.Kind)
        {
            Report(left, right);
        }
        else if (l.Kind == JsonTokenType.StartObject)
        {
            CompareObjects(left, right);
        }
        else if (l.Kind == JsonTokenType.StartArray)
        {
            CompareArrays(left, right);
        }
        else if (l.Kind == JsonTokenType.Number
            ? !JsonNumberText.SameValue(_left.Bytes(left), _right.Bytes(right))
            : l.Kind == JsonTokenType.String && !JsonStringText.SameText(_left.Bytes(left), _right.Bytes(right)))
        {
            Report(left, right);
        }
    }

    private void CompareArrays(int left, int right)
    {
        var leftEnd = _left[left].Next;
        var rightEnd = _right[right].Next;
        left++;
        right++;
        for (var index = 0; left < leftEnd || right < rightEnd; index++)
        {
            var hasLeft = left < leftEnd;
            var hasRight = right < rightEnd;
            _path.Add(new Step(-1, false, index));
            CompareOrReport(hasLeft ? left : -1, hasRight ? right : -1);
            _path.RemoveAt(_path.Count - 1);
            left = hasLeft ? _left[left].Next : left;
            right = hasRight ? _right[right].Next : right;
        }
    }

    private void CompareObjects(int left, int right)
    {
        var leftEnd = _left[left].Next;
        var rightEnd = _right[right].Next;
        left++;
        right++;
        while (left < leftEnd && right < rightEnd && JsonStringText.SameText(_left.Bytes(left), _right.Bytes(right)))
        {
            CompareMembers(left, right);
            left = _left[left + 1].Next;
            right = _right[right + 1].Next;
        }

        if (left < leftEnd || right < rightEnd)
        {
            CompareSorted(left, leftEnd, right, rightEnd);
        }
    }

    private void CompareSorted(int left, int leftEnd, int right, int rightEnd)
    {
        var lefts = Sorted(_left, left, leftEnd, out var leftCount);
        var rights = Sorted(_right, right, rightEnd, out var rightCount);
        var l = 0;
        var r = 0;
        while (l < leftCount || r < rightCount)
        {
            var order = l == leftCount ? 1
                : r == rightCount ? -1
                : JsonStringText.Compare(_left.Bytes(lefts[l]), _right.Bytes(rights[r]));
            CompareMembers(order <= 0 ? lefts[l++] : -1, order >= 0 ? rights[r++] : -1);
        }

        ArrayPool<int>.Shared.Return(lefts);
        ArrayPool<int>.Shared.Return(rights);
    }

    private static int[] Sorted(JsonTokens tokens, int first, int end, out int count)
    {
        count = 0;
        for (var member = first; member < end; member = tokens[member + 1].Next)
        {
            count++;
        }

        var members = ArrayPool<int>.Shared.Rent(count);
        var position = 0;
        for (var member = first; member < end; member = tokens[member + 1].Next)
        {
            members[position++] = member;
        }

        members.AsSpan(0, count).Sort((x, y) =>
        {
            var order = JsonStringText.Compare(tokens.Bytes(x), tokens.Bytes(y));
            return order != 0 ? order : x.CompareTo(y);
        });
        return members;
    }

    private void CompareMembers(int leftName, int rightName)
    {
        _path.Add(leftName >= 0 ? new Step(leftName, true, 0) : new Step(rightName, false, 0));
        CompareOrReport(leftName >= 0 ? leftName + 1 : -1, rightName >= 0 ? rightName + 1 : -1);
        _path.RemoveAt(_path.Count - 1);
    }

    private void CompareOrReport(int left, int right)
    {
        if (left >= 0 && right >= 0)
        {
            Compare(left, right);
        }
        else
        {
            Report(left, right);
        }
    }

    private void Report(int left, int right) => _sink.OnMismatch(new JsonMismatch(this, _left, left, _right, right));

    /// <param name="Name">The token of a member's name; -1 for an array's element.</param>
    /// <param name="FromLeft">On which side the name stands.</param>
    /// <param name="Index">The element's index.</param>
    private readonly record struct Step(int Name, bool FromLeft, int Index);
}
