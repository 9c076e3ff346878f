using System.Buffers.Text;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>The number in an event id that a deployment's counter has made: <c>evt-</c> and at least six digits.</summary>
internal static class EventNumber
{
    private const int FewestDigits = 6;

    // Further than a counter gets; an id that claims more must not use the sequence up.
    private const int MostDigits = 15;

    /// <summary>Returns the number; 0 for an id of another form.</summary>
    public static long Of(ReadOnlySpan<byte> eventId)
    {
        if (!eventId.StartsWith("evt-"u8))
        {
            return 0;
        }

        // Six digits with zeros in front, more without.
        var digits = eventId[4..];
        return digits.Length is >= FewestDigits and <= MostDigits && (digits.Length == FewestDigits || digits[0] != (byte)'0')
            && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && Utf8Parser.TryParse(digits, out long number, out _) ? number : 0;
    }
}
