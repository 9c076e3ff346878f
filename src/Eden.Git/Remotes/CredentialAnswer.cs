namespace Eden.Git.Remotes;

/// <summary>What a credential helper answered. It has no text of its own: it holds a password.</summary>
internal sealed record CredentialAnswer
{
    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <summary>Gets a value indicating whether the helper said that nobody should be asked any further.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Gets a value indicating whether the helper gave a password whose time is over.</summary>
    public bool IsExpired { get; init; }

    public override string ToString() => "***";
}
