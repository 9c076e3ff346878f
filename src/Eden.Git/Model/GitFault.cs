using System.Globalization;

namespace Eden.Git;

/// <summary>One fault of a bundle, with its place. Immutable and thread-safe.</summary>
/// <param name="Kind">The kind, for programs.</param>
/// <param name="Name">The id of the object, or the name of the ref, at fault; <see langword="null"/> when it is neither.</param>
/// <param name="Offset">Where the entry at fault begins, in bytes from the start of the pack; <see langword="null"/> when the fault has no such place.</param>
/// <param name="Message">What is wrong, for people. Values are shortened.</param>
public sealed record GitFault(GitFaultKind Kind, string? Name, long? Offset, string Message)
{
    /// <summary>Gets what is at fault, in a word or two: the name, else the offset; <see langword="null"/> when the bundle as a whole is.</summary>
    public string? Subject => Name ?? (Offset is { } offset ? string.Create(CultureInfo.InvariantCulture, $"pack offset {offset}") : null);

    /// <summary>Returns the fault as one line: <c>subject: message</c>.</summary>
    public override string ToString() => Subject is { } subject ? $"{subject}: {Message}" : Message;
}
