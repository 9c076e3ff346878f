using System.Text;
using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class NormalFormTests
{
    [Test]
    public void It_agrees_with_the_system_on_every_character_of_the_tables_and_on_mixtures_of_them([Range(1, 4)] int seed)
    {
        Assume.That("e\u0301".IsNormalized(), Is.False, "the system knows normalization");
        var alphabet = new List<int>(Enumerable.Range(0x1100, 19).Concat(Enumerable.Range(0x1161, 21)).Concat(Enumerable.Range(0x11A8, 27)))
        {
            0xAC00, 0xAC01, 0xD788, 'a', 0xE9, 0x4E00, 0x11A7,
        };
        foreach (var entry in NormalFormTables.Composites)
        {
            alphabet.AddRange([(int)(entry >> 42), (int)((entry >> 21) & 0x1FFFFF), (int)(entry & 0x1FFFFF)]);
        }

        foreach (var entry in NormalFormTables.CombiningClasses)
        {
            alphabet.AddRange(Enumerable.Range((int)(entry >> 11), 1 + (int)((entry >> 8) & 7)));
        }

        foreach (var entry in NormalFormTables.Excluded)
        {
            alphabet.Add((int)(entry >> 11));
        }

        foreach (var value in alphabet)
        {
            Compare([new Rune(value)], seed);
        }

        var random = new Random(seed);
        for (var round = 0; round < 50_000; round++)
        {
            var text = Enumerable.Range(0, random.Next(1, 6)).Select(_ => new Rune(alphabet[random.Next(alphabet.Count)])).ToArray();
            Compare(text, seed);
            if (random.Next(2) == 0)
            {
                Compare([.. string.Concat(text).Normalize(NormalizationForm.FormC).EnumerateRunes()], seed);
            }
        }
    }

    private static void Compare(Rune[] text, int seed)
    {
        var expected = string.Concat(text).IsNormalized();
        if (NormalForm.IsC(text) != expected)
        {
            Assert.Fail($"seed {seed}: {string.Join(' ', text.Select(rune => $"U+{rune.Value:X4}"))} should be {expected}");
        }
    }
}
