using System.Globalization;
using System.Text;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Artifacts;

/// <summary>What can be wrong with an artifact's bytes.</summary>
internal static class ArtifactFault
{
    public static CheckpointInvalidException Refused(string artifact, string? fault)
        => Fault(CheckpointRule.Artifact, artifact, $"The artifact cannot be read: {fault}.");

    public static CheckpointInvalidException Altered(string artifact, string actual)
        => Fault(CheckpointRule.Artifact, artifact, $"The artifact's bytes hash to {actual}: they were altered.");

    public static CheckpointInvalidException TooLarge(string artifact, long limit)
        => Fault(CheckpointRule.Limit, artifact, string.Create(CultureInfo.InvariantCulture, $"The artifact is larger than {limit} bytes."));

    private static CheckpointInvalidException Fault(CheckpointRule rule, string artifact, string message)
        => new(new CheckpointViolation(rule, null, null, ShownValue.Of(Encoding.UTF8.GetBytes(artifact)), null, message));
}
