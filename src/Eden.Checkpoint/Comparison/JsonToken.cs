using System.Runtime.InteropServices;
using System.Text.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>One token of a JSON text. Sixteen bytes.</summary>
/// <param name="Start">Where it starts: after the quote for names and strings.</param>
/// <param name="Length">How many bytes it has: without the quotes for names and strings, up to the closing bracket for objects and arrays.</param>
/// <param name="Next">The index of the token that follows it and everything inside it.</param>
/// <param name="Kind">What it is; closing brackets have no token of their own.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct JsonToken(int Start, int Length, int Next, JsonTokenType Kind);
