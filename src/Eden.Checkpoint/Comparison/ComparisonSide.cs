using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Comparison;

/// <summary>One side of a comparison in temporary files, each registry sorted. Disposing it drops what was read; the side's directory is its owner's.</summary>
/// <param name="owned">What the bundle lives in; <see langword="null"/> when that is the side's directory.</param>
internal sealed class ComparisonSide(IDisposable? owned) : IDisposable
{
    public required string Name { get; init; }

    /// <summary>Gets the manifest's bytes; <see langword="null"/> for a store.</summary>
    public byte[]? Manifest { get; init; }

    /// <summary>Gets the length and SHA-256 of the experiment's config; <see langword="null"/> for a store.</summary>
    public string? ConfigDigest { get; init; }

    /// <summary>Gets the runtime record.</summary>
    public required byte[] Experiment { get; init; }

    /// <summary>Gets the experiment's id as its JSON string stands.</summary>
    public required byte[] ExperimentId { get; init; }

    /// <summary>Gets the rows, by registry.</summary>
    public required SpooledRows[] Rows { get; init; }

    /// <summary>Gets the repository's bundle; <see langword="null"/> when the side gives none to compare.</summary>
    public RepoBundle? Bundle { get; init; }

    public IReadOnlyList<CheckpointWarning> Warnings { get; init; } = [];

    public bool IsStore => Manifest is null;

    /// <summary>Finds the experiment's id in the runtime record.</summary>
    /// <exception cref="CheckpointInvalidException">The record is no JSON object with an id.</exception>
    public static byte[] FindExperimentId(ReadOnlyMemory<byte> experiment, CheckpointLimits limits)
    {
        var fault = JsonFault.Find(experiment.Span, limits.MaxJsonDepth);
        if (fault is null)
        {
            var tokens = new JsonTokens();
            tokens.Read(experiment, limits.MaxJsonDepth);
            var id = tokens.Find(0, "experiment_id"u8);
            if (id >= 0 && tokens[id].Kind == JsonTokenType.String)
            {
                return tokens.Bytes(id).ToArray();
            }
        }

        throw new CheckpointInvalidException(new CheckpointViolation(
            CheckpointRule.Json, RegistryFiles.Experiment, null, null, null, fault ?? "the record has no experiment_id"));
    }

    public void Dispose() => owned?.Dispose();
}
