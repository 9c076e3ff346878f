namespace Eden.Checkpoint.Diagnostics;

/// <summary>Says what an exception says, with what its inner exceptions add: .NET's outer message often points to an inner one that no reader of a message can see.</summary>
internal static class CauseText
{
    private const string Pointer = "see inner exception";
    private const int MostDepth = 8;

    /// <summary>Returns the messages from the outside in, each once, without the pointers.</summary>
    public static string Of(Exception exception)
    {
        var texts = new List<string>();
        var current = exception;
        for (var depth = 0; current is not null && depth < MostDepth; depth++)
        {
            var text = WithoutPointer(current.Message);
            if (text.Length > 0 && !texts.Any(known => known.Contains(text, StringComparison.OrdinalIgnoreCase)))
            {
                texts.Add(text);
            }

            current = current.InnerException;
        }

        return string.Join(": ", texts) + ".";
    }

    private static string WithoutPointer(string message)
    {
        var at = message.IndexOf(Pointer, StringComparison.OrdinalIgnoreCase);
        return (at < 0 ? message : message[..at]).Trim().TrimEnd('.', ',', ';', ':', '(', '-', ' ');
    }
}
