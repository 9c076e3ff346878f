using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>Random JSON values, and random ways to write one value.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] s_texts = ["", "a", "a\"b\\c/", "é漢", "\U0001F680", "\n\t\u0001", "ab", "0", "z\u0000", "\uFFFD"];
    private static readonly string[] s_names = ["a", "b", "c", "é", "x\"y", "aa", "", "\U0001F680", "experiment_id", "state"];

    /// <summary>Makes a value: null, bool, <see cref="BigInteger"/> pair (digits, exponent), string, list or dictionary.</summary>
    public object? Value(int depth) => random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 or 3 => ((BigInteger)random.NextInt64(-1_000_000, 1_000_000) * BigInteger.Pow(random.Next(1, 9), random.Next(0, 30)), random.Next(-40, 40)),
        4 => s_texts[random.Next(s_texts.Length)],
        5 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1)).ToList(),
        _ => Members(depth),
    };

    /// <summary>Writes a value in one of its many spellings.</summary>
    public string Write(object? value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    /// <summary>Returns a copy with one change somewhere; it may happen to mean the same.</summary>
    public object? Change(object? value)
    {
        switch (value)
        {
            case List<object?> { Count: > 0 } list when random.Next(4) > 0:
                var elements = list.ToList();
                var index = random.Next(elements.Count);
                elements[index] = Change(elements[index]);
                return elements;
            case Dictionary<string, object?> { Count: > 0 } members when random.Next(4) > 0:
                var copy = members.ToDictionary();
                var name = copy.Keys.ElementAt(random.Next(copy.Count));
                if (random.Next(4) == 0)
                {
                    copy.Remove(name);
                }
                else
                {
                    copy[name] = Change(copy[name]);
                }

                return copy;
            case ValueTuple<BigInteger, int> (var digits, var exponent):
                return random.Next(2) == 0 ? (digits + 1, exponent) : (digits, exponent + 1);
            default:
                return Value(1);
        }
    }

    private Dictionary<string, object?> Members(int depth)
    {
        var members = new Dictionary<string, object?>();
        for (var count = random.Next(6); count > 0; count--)
        {
            members[s_names[random.Next(s_names.Length)]] = Value(depth - 1);
        }

        return members;
    }

    private void Write(object? value, StringBuilder text)
    {
        Space(text);
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case ValueTuple<BigInteger, int> (var digits, var exponent):
                text.Append(Number(digits, exponent));
                break;
            case string content:
                WriteString(content, text);
                break;
            case List<object?> elements:
                text.Append('[');
                Join(elements, Write, text);
                text.Append(']');
                break;
            case Dictionary<string, object?> members:
                text.Append('{');
                var shuffled = members.ToArray();
                if (random.Next(2) == 0)
                {
                    random.Shuffle(shuffled);
                }

                Join(
                    shuffled,
                    (member, target) =>
                    {
                        Space(target);
                        WriteString(member.Key, target);
                        Space(target);
                        target.Append(':');
                        Write(member.Value, target);
                    },
                    text);
                text.Append('}');
                break;
        }

        Space(text);
    }

    private static void Join<T>(IReadOnlyList<T> items, Action<T, StringBuilder> write, StringBuilder text)
    {
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
            {
                text.Append(',');
            }

            write(items[index], text);
        }
    }

    private void Space(StringBuilder text)
    {
        if (random.Next(8) == 0)
        {
            text.Append(" \t\n\r"[random.Next(4)]);
        }
    }

    private string Number(BigInteger digits, int exponent)
    {
        for (var more = random.Next(3); more > 0; more--)
        {
            digits *= 10;
            exponent--;
        }

        var sign = digits.Sign < 0 ? "-" : string.Empty;
        var plain = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture);
        if (random.Next(2) == 0)
        {
            // Put a point somewhere among the digits.
            var fraction = random.Next(0, 4);
            plain = plain.PadLeft(fraction + 1, '0');
            exponent += fraction;
            plain = fraction == 0 ? plain : $"{plain[..^fraction]}.{plain[^fraction..]}";
        }

        return exponent == 0 && random.Next(2) == 0
            ? sign + plain
            : sign + plain + "eE"[random.Next(2)] + (exponent >= 0 && random.Next(2) == 0 ? "+" : string.Empty) + exponent.ToString(CultureInfo.InvariantCulture);
    }

    private void WriteString(string content, StringBuilder text)
    {
        if (random.Next(2) == 0)
        {
            text.Append(JsonSerializer.Serialize(content));
            return;
        }

        text.Append('"');
        foreach (var unit in content)
        {
            if (unit < ' ' || unit is '"' or '\\' || char.IsSurrogate(unit) || random.Next(3) == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
            }
            else
            {
                text.Append(unit);
            }
        }

        text.Append('"');
    }
}
