namespace Eden.Shared;

/// <summary>Says what an exception says, with what its inner exceptions add: .NET's outer message often points to an inner one that no reader of a message can see.</summary>
internal static class CauseText
{
    private const string Pointer = "see inner exception";
    private const int MostDepth = 8;

    /// <summary>Returns the messages from the outside in, each once, without the pointers; a sentence.</summary>
    public static string Of(Exception exception) => Phrase(exception) + ".";

    /// <summary>Returns the same without the full stop at the end, for the middle of a sentence.</summary>
    public static string Phrase(Exception exception)
    {
        var texts = new List<string>();
        foreach (var text in Chain(exception, MostDepth).Select(cause => WithoutPointer(cause.Message)))
        {
            if (text.Length > 0 && !texts.Any(known => known.Contains(text, StringComparison.OrdinalIgnoreCase)))
            {
                texts.Add(text);
            }
        }

        return texts.Count == 0 ? exception.GetType().Name : string.Join(": ", texts);
    }

    /// <summary>Lists an exception and its causes. An aggregate is what is in it.</summary>
    public static IEnumerable<Exception> Chain(Exception exception, int depth = MostDepth)
        => depth == 0 ? []
            : exception is AggregateException aggregate ? aggregate.InnerExceptions.SelectMany(inner => Chain(inner, depth - 1))
            : exception.InnerException is { } cause ? Chain(cause, depth - 1).Prepend(exception)
            : [exception];

    private static string WithoutPointer(string message)
    {
        var at = message.IndexOf(Pointer, StringComparison.OrdinalIgnoreCase);
        if (at < 0 && message.Contains("inner exception", StringComparison.OrdinalIgnoreCase))
        {
            // In whatever words it sends the reader on, it says nothing itself.
            return "";
        }

        return (at < 0 ? message : message[..at]).Trim().TrimEnd('.', ',', ';', ':', '(', '-', ' ');
    }
}
