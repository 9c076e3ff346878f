using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Configuration;

namespace Eden.Shared;

/// <summary>Reads one section of a configuration and collects what cannot be taken: settings that do not exist, values that are no such values, and values
/// out of range. No fault shows a text value, which may be a secret. Not thread-safe.</summary>
internal sealed class SettingsSection
{
    /// <summary>What stands for no limit in a setting that may have none.</summary>
    public const string None = "none";

    private static readonly (string Suffix, long Factor)[] s_units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    private readonly IConfiguration _section;
    private readonly List<string> _faults;
    private readonly SortedSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public SettingsSection(IConfiguration section)
        : this(section, [])
    {
    }

    private SettingsSection(IConfiguration section, List<string> faults)
    {
        _section = section;
        _faults = faults;
    }

    /// <summary>Names settings that somebody else reads.</summary>
    public void Leave(IEnumerable<string> keys) => _known.UnionWith(keys);

    /// <summary>Returns a section of this one; its faults are collected here. It may be absent, and then has no settings.</summary>
    public SettingsSection Section(string key)
    {
        _known.Add(key);
        var entry = _section.GetSection(key);
        if (!string.IsNullOrEmpty(entry.Value))
        {
            _faults.Add($"{entry.Path} is a value, and should be a section with settings.");
        }

        return new SettingsSection(entry, _faults);
    }

    /// <summary>Gets the settings that were read or left so far.</summary>
    public IReadOnlyCollection<string> Known => _known;

    /// <summary>Gets a value indicating whether the section has any setting.</summary>
    public bool HasSettings => _section.GetChildren().Any();

    /// <summary>Applies a text setting, if it is there.</summary>
    public T Text<T>(string key, T target, Func<T, string, T> set)
    {
        _known.Add(key);
        var entry = _section.GetSection(key);
        if (entry.GetChildren().Any())
        {
            _faults.Add($"{entry.Path} is a section, and should be a value.");
            return target;
        }

        if (entry.Value is not { } text)
        {
            return target;
        }

        try
        {
            return set(target, text);
        }
        catch (OverflowException)
        {
            _faults.Add($"{entry.Path}: the number is too large or too small.");
        }
        catch (Exception refusal) when (refusal is ArgumentException or FormatException)
        {
            _faults.Add($"{entry.Path}: {WithoutParameter(refusal)}");
        }

        return target;
    }

    /// <summary>Applies a whole number, which may have a unit such as <c>MiB</c>, if it is there.</summary>
    public T Number<T>(string key, T target, Func<T, long, T> set) => Text(key, target, (at, text) => set(at, ParseNumber(text)));

    /// <summary>Applies a whole number or <c>none</c>, if it is there.</summary>
    public T NumberOrNone<T>(string key, T target, Func<T, long?, T> set)
        => Text(key, target, (at, text) => set(at, string.Equals(text, None, StringComparison.OrdinalIgnoreCase) ? null : ParseNumber(text)));

    /// <summary>Applies <c>true</c> or <c>false</c>, if it is there.</summary>
    public T Flag<T>(string key, T target, Func<T, bool, T> set)
        => Text(key, target, (at, text) => set(at, bool.TryParse(text, out var flag) ? flag : throw new FormatException($"'{ShortText.Of(text, 40)}' is neither true nor false.")));

    /// <summary>Applies a time such as <c>00:00:30</c> or <c>1.00:00:00</c>, if it is there. A bare number is refused: .NET takes it for days.</summary>
    public T Time<T>(string key, T target, Func<T, TimeSpan, T> set)
        => Text(key, target, (at, text) => set(
            at,
            text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time)
                ? time
                : throw new FormatException($"'{ShortText.Of(text, 40)}' is no time: one is written as 00:00:30, or 1.00:00:00 for a day.")));

    /// <summary>Applies a member of an enum by its name, several separated by commas where the enum is one of flags, if it is there.</summary>
    public T Choice<T, TEnum>(string key, T target, Func<T, TEnum, T> set)
        where TEnum : struct, Enum
        => Text(key, target, (at, text) => set(
            at,
            text.Length > 0 && !char.IsAsciiDigit(text.TrimStart('-', '+', ' ') is [var first, ..] ? first : '0') && Enum.TryParse<TEnum>(text, ignoreCase: true, out var value)
                ? value
                : throw new FormatException($"'{ShortText.Of(text, 40)}' is none of {string.Join(", ", Enum.GetNames<TEnum>())}.")));

    /// <summary>Notes every setting of the section that nothing has read. Called last.</summary>
    public void RefuseOthers()
    {
        foreach (var other in _section.GetChildren().Where(child => !_known.Contains(child.Key)))
        {
            _faults.Add($"{other.Path}: there is no such setting here. There are {string.Join(", ", _known)}.");
        }
    }

    /// <summary>Throws when anything could not be taken.</summary>
    /// <exception cref="InvalidOperationException">It names each setting at fault by its whole key.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new InvalidOperationException($"The configuration of checkpoints cannot be used. {string.Join(" ", _faults)}");
        }
    }

    private static long ParseNumber(string text)
    {
        var digits = text.AsSpan().Trim();
        var factor = 1L;
        foreach (var (suffix, times) in s_units)
        {
            if (digits.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                digits = digits[..^suffix.Length].TrimEnd();
                factor = times;
                break;
            }
        }

        // Too many digits are a number too, which is then out of every range.
        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? (long)(number * factor)
            : throw new FormatException($"'{ShortText.Of(text, 40)}' is no whole number.");
    }

    // What an option says when it is set; the name of its parameter is of no use here.
    private static string WithoutParameter(Exception refusal)
        => refusal is ArgumentException { ParamName: { } parameter }
            ? refusal.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal).ReplaceLineEndings(" ")
            : refusal.Message;
}
