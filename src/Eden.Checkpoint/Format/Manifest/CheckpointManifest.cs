using System.Globalization;
using System.Text;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint;

/// <summary>The <c>manifest.json</c> of a checkpoint (spec §5). Immutable and thread-safe; keys that this library does not know survive
/// parsing and writing.</summary>
public sealed record CheckpointManifest
{
    /// <summary>The archive member that holds the manifest, under the archive's root.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The only format version that this library reads and writes.</summary>
    public const string SupportedFormatVersion = "1";

    /// <summary>The only spec version that this library reads and writes.</summary>
    public const string SupportedSpecVersion = "v0";

    /// <summary>Gets the format version: always <see cref="SupportedFormatVersion"/>, since a manifest of another one is not read.</summary>
    public string FormatVersion { get; } = SupportedFormatVersion;

    /// <summary>Gets the spec version: always <see cref="SupportedSpecVersion"/>, since a manifest of another one is not read.</summary>
    public string SpecVersion { get; } = SupportedSpecVersion;

    /// <summary>Gets the id of the experiment that was exported.</summary>
    /// <value><c>exp_</c> and 26 characters of lowercase Crockford base32.</value>
    /// <exception cref="ArgumentException">The value is no experiment id.</exception>
    public required string ExperimentId
    {
        get;
        init => field = OpaqueId.RequireExperimentId(value, nameof(value));
    }

    /// <summary>Gets the instant of the store snapshot, as text and verbatim: together with the id it is the key of the recovery probe (spec §10).</summary>
    /// <value><c>YYYY-MM-DDTHH:MM:SS[.fraction]Z</c>; <see cref="FormatTimestamp"/> makes one.</value>
    /// <exception cref="ArgumentException">The value is no such timestamp.</exception>
    public required string ExportedAt
    {
        get;
        init => field = value is not null && RecordGrammar.IsTimestamp(Encoding.UTF8.GetBytes(value)) ? value
            : throw new ArgumentException("A timestamp is YYYY-MM-DDTHH:MM:SS[.fraction]Z, a real date, in UTC.", nameof(value));
    }

    /// <summary>Gets who made the archive; informative, <see langword="null"/> when the archive does not say, or says <c>null</c>.</summary>
    public CheckpointManifestExporter? Exporter { get; init; }

    /// <summary>Gets a value indicating whether the archive asks for fresh worker credentials. An import issues them in any case.</summary>
    public bool RequiresCredentialReissue { get; init; } = true;

    /// <summary>Gets the row counts; informative, the lines of the files rule.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required CheckpointManifestCounts Counts { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); }

    /// <summary>Gets where the members are, under the archive's root.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointManifestFiles Files { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointManifestFiles.Standard;

    /// <summary>Gets the keys that this library does not know.</summary>
    internal UnknownKeys Unknown { get; init; } = UnknownKeys.None;

    /// <summary>Formats an instant as the manifest carries it: UTC, in microseconds, with a literal <c>Z</c>.</summary>
    /// <param name="instant">The instant; what is finer than a microsecond is cut off.</param>
    public static string FormatTimestamp(DateTimeOffset instant)
        => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a manifest. The versions are checked before everything else.</summary>
    /// <param name="utf8Json">The bytes of <c>manifest.json</c>.</param>
    /// <param name="limits">The limits; <see langword="null"/> selects the defaults.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="UnsupportedCheckpointVersionException">The format version is not "1".</exception>
    /// <exception cref="SpecVersionMismatchException">The spec version is not "v0".</exception>
    /// <exception cref="CheckpointInvalidException">The manifest breaks the rules of spec §5; every violation is listed.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> utf8Json, CheckpointLimits? limits = null)
    {
        limits ??= CheckpointLimits.Default;
        var violations = new ViolationList(limits.MaxViolations);
        var reading = ManifestReader.Read(utf8Json, limits, violations);
        reading.ThrowOnOtherVersion();
        return reading.Manifest is { } manifest && violations.Total == 0
            ? manifest
            : throw new CheckpointInvalidException(violations.Listed, violations.Total);
    }

    /// <summary>Writes the manifest: indented, in a fixed order of keys, the unknown ones last. The same manifest gives the same bytes.</summary>
    /// <returns>UTF-8 JSON without a byte order mark.</returns>
    public byte[] ToUtf8Json() => ManifestWriter.Write(this);
}
