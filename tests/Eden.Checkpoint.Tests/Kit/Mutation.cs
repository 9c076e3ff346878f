namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Seeded damage of any bytes: flips, cuts, repeats, insertions, interesting values.</summary>
internal static class Mutation
{
    private static readonly byte[] s_values = [0, 1, 0x20, 0x2f, 0x30, 0x37, 0x39, 0x7f, 0x80, 0xff, (byte)'"', (byte)'{', (byte)'\\'];

    public static byte[] Of(byte[] source, Random random)
    {
        var bytes = new List<byte>(source);
        for (var times = 1 + random.Next(4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(1 + random.Next(random.Next(3) == 0 ? 600 : 8), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = s_values[random.Next(s_values.Length)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, s_values[random.Next(s_values.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
