using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>The objects and arrays that a scan is inside of, the outermost first. Reusable; not thread-safe.</summary>
internal sealed class ScanFrames
{
    private const int MostStepsShown = 8;

    private ScanFrame[] _frames = new ScanFrame[8];

    /// <summary>Gets how many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the innermost one.</summary>
    public ref ScanFrame Innermost
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _frames[Count - 1];
    }

    public void Clear() => Count = 0;

    public void Push(ScanFrame frame)
    {
        if (Count == _frames.Length)
        {
            Array.Resize(ref _frames, Count * 2);
        }

        _frames[Count++] = frame;
    }

    public void Pop() => Count--;

    /// <summary>Builds the path through the outermost ones, shortened when it is very long; <see langword="null"/> when it is empty.</summary>
    /// <param name="json">The text that is scanned.</param>
    /// <param name="depth">Through how many of them.</param>
    public string? Path(ReadOnlySpan<byte> json, int depth)
    {
        var path = new StringBuilder();
        foreach (ref readonly var frame in _frames.AsSpan(0, Math.Min(depth, MostStepsShown)))
        {
            if (frame.IsArray)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{frame.Index}]");
                continue;
            }

            if (path.Length > 0)
            {
                path.Append('.');
            }

            path.Append(ShownName(json, frame.Name));
        }

        if (depth > MostStepsShown)
        {
            path.Append('…');
        }

        return path.Length == 0 ? null : path.ToString();
    }

    private static string ShownName(ReadOnlySpan<byte> json, RowValue name)
    {
        var raw = json.Slice(name.Start, name.Length);
        if (!name.Escaped)
        {
            return ShownValue.Of(raw);
        }

        var text = new byte[raw.Length];
        return ShownValue.Of(text.AsSpan(0, JsonText.Unescape(raw, text)));
    }
}
