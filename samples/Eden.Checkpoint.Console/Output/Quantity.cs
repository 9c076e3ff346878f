using System.Globalization;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Numbers for people.</summary>
internal static class Quantity
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Of(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(long number, string one, string many) => $"{Of(number)} {(number == 1 ? one : many)}";

    public static string Bytes(long bytes)
    {
        double size = bytes;
        var unit = 0;
        while (size >= 1024 && unit < s_units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return unit == 0
            ? $"{Of(bytes)} B"
            : string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {s_units[unit]}");
    }

    public static string Milliseconds(TimeSpan time)
        => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:#,0} ms");
}
