using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>One JSON object on one line, and the pieces that several verbs write into theirs.</summary>
internal static class ReportJson
{
    // The output is a stream for programs, never part of a web page: only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Object(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static void WriteViolations(
        Utf8JsonWriter json, IReadOnlyList<CheckpointViolation> violations, long totalViolations)
    {
        json.WriteStartArray("violations");
        foreach (var violation in violations)
        {
            json.WriteStartObject();
            json.WriteString("member", violation.Member);
            if (violation.Line is { } line)
            {
                json.WriteNumber("line", line);
            }
            else
            {
                json.WriteNull("line");
            }

            json.WriteString("record", violation.Record);
            json.WriteString("field", violation.Field);
            json.WriteString("message", violation.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("totalViolations", totalViolations);
    }

    public static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
