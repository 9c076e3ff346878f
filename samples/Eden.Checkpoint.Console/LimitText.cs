using System.Globalization;

namespace Eden.Checkpoint.ConsoleHost;

/// <summary>Reads limits from text, as both samples take them: <c>MaxLineBytes=128MiB,MaxMembers=5000</c>. The names are those of <see cref="CheckpointLimits"/>.</summary>
internal static class LimitText
{
    private static readonly Dictionary<string, Func<CheckpointLimits, long, CheckpointLimits>> s_limits = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(CheckpointLimits.MaxManifestBytes)] = (limits, value) => limits with { MaxManifestBytes = Int(value) },
        [nameof(CheckpointLimits.MaxExperimentBytes)] = (limits, value) => limits with { MaxExperimentBytes = Int(value) },
        [nameof(CheckpointLimits.MaxConfigBytes)] = (limits, value) => limits with { MaxConfigBytes = Int(value) },
        [nameof(CheckpointLimits.MaxLineBytes)] = (limits, value) => limits with { MaxLineBytes = Int(value) },
        [nameof(CheckpointLimits.MaxJsonDepth)] = (limits, value) => limits with { MaxJsonDepth = Int(value) },
        [nameof(CheckpointLimits.MaxMembers)] = (limits, value) => limits with { MaxMembers = Int(value) },
        [nameof(CheckpointLimits.MaxPathBytes)] = (limits, value) => limits with { MaxPathBytes = Int(value) },
        [nameof(CheckpointLimits.MaxArchiveBytes)] = (limits, value) => limits with { MaxArchiveBytes = value },
        [nameof(CheckpointLimits.MaxTrailingZeros)] = (limits, value) => limits with { MaxTrailingZeros = value },
        [nameof(CheckpointLimits.MaxCommitBytes)] = (limits, value) => limits with { MaxCommitBytes = Int(value) },
        [nameof(CheckpointLimits.MaxObjectBytes)] = (limits, value) => limits with { MaxObjectBytes = value },
        [nameof(CheckpointLimits.MaxBundleRefs)] = (limits, value) => limits with { MaxBundleRefs = Int(value) },
        [nameof(CheckpointLimits.MaxBundleHeaderBytes)] = (limits, value) => limits with { MaxBundleHeaderBytes = value },
        [nameof(CheckpointLimits.MaxBundleInflatedBytes)] = (limits, value) => limits with { MaxBundleInflatedBytes = value },
        [nameof(CheckpointLimits.MaxBundleInflation)] = (limits, value) => limits with { MaxBundleInflation = Int(value) },
        [nameof(CheckpointLimits.SmallBundleInflatedBytes)] = (limits, value) => limits with { SmallBundleInflatedBytes = value },
        [nameof(CheckpointLimits.MaxBundleSpilledBytes)] = (limits, value) => limits with { MaxBundleSpilledBytes = value },
        [nameof(CheckpointLimits.MaxViolations)] = (limits, value) => limits with { MaxViolations = Int(value) },
    };

    private static readonly (string Suffix, int Shift)[] s_units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    /// <summary>Gets the names that can be set.</summary>
    public static IReadOnlyCollection<string> Names => s_limits.Keys;

    /// <summary>Reads the limits; those that the text does not name are the defaults.</summary>
    /// <param name="text">The text; <see langword="null"/> for the defaults.</param>
    /// <param name="option">The option that it was given to, for messages.</param>
    /// <exception cref="UsageException">The text makes no sense, or a value is outside of its range.</exception>
    public static CheckpointLimits Parse(string? text, string option)
    {
        var limits = CheckpointLimits.Default;
        foreach (var part in text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals].TrimEnd();
            if (!s_limits.TryGetValue(name, out var set))
            {
                throw new UsageException($"{option} names \"{name}\", which is no limit. There are {string.Join(", ", s_limits.Keys)}.");
            }

            if (equals < 0 || Number(part[(equals + 1)..].TrimStart()) is not { } value)
            {
                throw new UsageException($"{option} needs {name}=VALUE with a whole number, which may end in KiB, MiB, GiB or TiB.");
            }

            try
            {
                limits = set(limits, value);
            }
            catch (ArgumentException wrong)
            {
                throw new UsageException($"{option} {name}: {new UsageException(wrong).Message}");
            }
        }

        return limits;
    }

    private static long? Number(string text)
    {
        var shift = 0;
        foreach (var unit in s_units.Where(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase)))
        {
            shift = unit.Shift;
            text = text[..^unit.Suffix.Length].TrimEnd();
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift ? number << shift : null;
    }

    // Beyond what the limit's type holds is beyond its range too.
    private static int Int(long value) => (int)Math.Min(value, int.MaxValue);
}
