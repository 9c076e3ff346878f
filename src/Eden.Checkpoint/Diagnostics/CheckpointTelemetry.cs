using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>Spans and measurements, under the name <c>Eden.Checkpoint</c>.</summary>
internal static class CheckpointTelemetry
{
    public const string Name = "Eden.Checkpoint";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter s_meter = new(Name);

    private static readonly Histogram<double> s_exportDuration = s_meter.CreateHistogram<double>(
        "eden.checkpoint.export.duration", "s", "How long exports took, by outcome.");

    private static readonly Counter<long> s_exportBytes = s_meter.CreateCounter<long>(
        "eden.checkpoint.export.bytes", "By", "Archive bytes written.");

    private static readonly Histogram<double> s_importDuration = s_meter.CreateHistogram<double>(
        "eden.checkpoint.import.duration", "s", "How long imports took, by outcome.");

    public static void ImportEnded(string outcome, TimeSpan elapsed)
        => s_importDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public static void ExportEnded(string outcome, TimeSpan elapsed, long bytes)
    {
        s_exportDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        s_exportBytes.Add(bytes);
    }
}
