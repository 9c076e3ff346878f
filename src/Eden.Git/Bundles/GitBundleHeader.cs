using System.Collections;
using System.Text;
using Eden.Git.Bundles;

namespace Eden.Git;

/// <summary>The header of a git bundle: object format, capabilities, prerequisites, refs. Immutable and thread-safe.</summary>
public sealed class GitBundleHeader
{
    internal GitBundleHeader(
        int version, GitObjectFormat objectFormat, IReadOnlyList<string> capabilities, BundleLineTable prerequisites, BundleLineTable refs, long length)
    {
        Version = version;
        ObjectFormat = objectFormat;
        Capabilities = capabilities;
        PrerequisiteLines = prerequisites;
        RefLines = refs;
        Length = length;
        Prerequisites = new View<GitBundlePrerequisite>(
            prerequisites, (lines, index) => new(lines.Id(index).ToHex(lines.Format), Encoding.UTF8.GetString(lines.Text(index))));
        Refs = new View<GitBundleRef>(
            refs, (lines, index) => new(Encoding.UTF8.GetString(lines.Text(index)), lines.Id(index).ToHex(lines.Format)));
    }

    /// <summary>Gets the version of the bundle format: 2 or 3.</summary>
    public int Version { get; }

    /// <summary>Gets the hash function of the ids.</summary>
    public GitObjectFormat ObjectFormat { get; }

    /// <summary>Gets the capabilities of a version 3 bundle as they stand, without the <c>@</c>, for example <c>object-format=sha256</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; }

    /// <summary>Gets what the receiver must already have; a bundle that lists any is not complete. Entries are made when asked for.</summary>
    public IReadOnlyList<GitBundlePrerequisite> Prerequisites { get; }

    /// <summary>Gets the refs, in the bundle's order. Entries are made when asked for.</summary>
    public IReadOnlyList<GitBundleRef> Refs { get; }

    /// <summary>Gets the length of the header in bytes: the pack begins there.</summary>
    public long Length { get; }

    /// <summary>Gets the bytes of a ref's name: what its text in <see cref="Refs"/> loses where the name is not UTF-8.</summary>
    /// <param name="index">The ref's index in <see cref="Refs"/>.</param>
    public ReadOnlySpan<byte> GetRefName(int index) => RefLines.Text(index);

    internal BundleLineTable PrerequisiteLines { get; }

    internal BundleLineTable RefLines { get; }

    private sealed class View<T>(BundleLineTable lines, Func<BundleLineTable, int, T> make) : IReadOnlyList<T>
    {
        public int Count => lines.Count;

        public T this[int index] => make(lines, index);

        public IEnumerator<T> GetEnumerator()
        {
            for (var index = 0; index < lines.Count; index++)
            {
                yield return make(lines, index);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
