using Eden.Git.Objects;

namespace Eden.Git.Sync;

/// <summary>Which refs of a bundle a remote does not have yet.</summary>
/// <param name="Total">How many refs the bundle has below <c>refs/</c>.</param>
/// <param name="Decisive">The missing branches and tags: without them the push is not complete. Names are <see cref="RefText"/>, here and in <paramref name="Others"/>.</param>
/// <param name="Others">What else is missing; git hosts refuse some of it.</param>
internal sealed record PushPlan(long Total, IReadOnlyList<GitBundleRef> Decisive, IReadOnlyList<GitBundleRef> Others)
{
    /// <summary>Gets how many refs are missing.</summary>
    public int Missing => Decisive.Count + Others.Count;

    /// <summary>Gets how many refs of its own the remote has that must not be overwritten: when there are any, nothing is pushed.</summary>
    public long OwnRefs { get; private init; }

    /// <summary>Compares a bundle with what a remote has.</summary>
    public static PushPlan Make(GitBundleHeader header, IReadOnlyDictionary<string, string> present, bool force)
    {
        var decisive = new List<GitBundleRef>();
        var others = new List<GitBundleRef>();
        var same = 0;
        var total = 0L;
        var lines = header.RefLines;
        for (var line = 0; line < lines.Count; line++)
        {
            // The header's own view has lost what is not UTF-8.
            var reference = new GitBundleRef(RefText.Decode(lines.Text(line)), lines.Id(line).ToHex(lines.Format));
            if (!reference.Name.StartsWith("refs/", StringComparison.Ordinal))
            {
                // HEAD is the remote's own to set.
                continue;
            }

            total++;
            if (present.TryGetValue(reference.Name, out var value) && value == reference.ObjectId)
            {
                same += ForgeRefs.AreOwnedByHost(reference.Name) ? 0 : 1;
            }
            else
            {
                (ForgeRefs.IsDecisive(reference.Name) ? decisive : others).Add(reference);
            }
        }

        // What an earlier, broken push has left is no reason to refuse its repetition, nor is what the git host made itself.
        var own = present.Keys.Count(name => !ForgeRefs.AreOwnedByHost(name));
        return new PushPlan(total, decisive, others) { OwnRefs = force ? 0 : own - same };
    }
}
