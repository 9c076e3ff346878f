using System.Globalization;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint;

/// <summary>A branch or commit that a record names, and the record that names it. Immutable.</summary>
/// <param name="Field">Which field of which kind of record.</param>
/// <param name="Value">The branch name without <c>refs/heads/</c>, or the commit's hash in lowercase hex.</param>
/// <param name="RecordId">The id of the record.</param>
/// <param name="Line">The record's line in its file, counted from 1, when it is known.</param>
/// <param name="Index">The position in an array field, counted from 0; <see langword="null"/> for a plain field.</param>
public sealed record GitReference(GitReferenceField Field, string Value, string RecordId, long? Line = null, int? Index = null)
{
    /// <summary>Gets, for a branch, the <c>commit_sha</c> of the first variant that names it; <see langword="null"/> when it has none, and for commits.</summary>
    public string? BranchCommit { get; init; }

    /// <summary>Gets the archive file of the record.</summary>
    public string Member => Field switch
    {
        GitReferenceField.IdeaParentCommits => Names[RegistryKind.Ideas],
        GitReferenceField.ExperimentBaseCommitSha => Names.Experiment,
        GitReferenceField.SubmissionCommitSha => Names[RegistryKind.Submissions],
        _ => Names[RegistryKind.Variants],
    };

    /// <summary>Gets the path of the field inside the record, for example <c>parent_commits[0]</c>.</summary>
    public string FieldPath
    {
        get
        {
            var name = Field switch
            {
                GitReferenceField.VariantBranch => "branch",
                GitReferenceField.VariantIntegratedCommitSha => "variant_commit_sha",
                GitReferenceField.IdeaParentCommits or GitReferenceField.VariantParentCommits => "parent_commits",
                GitReferenceField.ExperimentBaseCommitSha => "base_commit_sha",
                _ => "commit_sha",
            };
            return Index is { } index ? string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]") : name;
        }
    }

    /// <summary>Gets the names of the archive's files.</summary>
    internal MemberNames Names { get; init; } = MemberNames.Standard;

    /// <summary>Gets a value indicating whether the cross-reference check requires the field: a miss is a violation then, else a warning.</summary>
    public bool IsBinding => Field <= GitReferenceField.IdeaParentCommits;
}
