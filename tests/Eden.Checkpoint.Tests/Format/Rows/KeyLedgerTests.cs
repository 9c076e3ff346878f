using System.Globalization;
using System.Text;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class KeyLedgerTests
{
    [Test]
    public void Spilled_and_unspilled_ledgers_find_the_same([Range(1, 5)] int seed, [Values(3, 1000)] int capacity)
    {
        var (large, largeTotal, largeRuns) = Run(seed, capacity, KeyLedger.DefaultBufferBytes);
        var (small, smallTotal, smallRuns) = Run(seed, capacity, KeyLedger.LeastBufferBytes);
        Assert.Multiple(() =>
        {
            Assert.That(largeRuns, Is.Zero);
            Assert.That(smallRuns, Is.GreaterThan(64), "merged in several steps");
            Assert.That(small, Is.EqualTo(large), $"seed {seed}");
            Assert.That(smallTotal, Is.EqualTo(largeTotal).And.GreaterThan(capacity == 3 ? 3 : 0));
        });
    }

    [Test]
    public void A_million_keys_stay_within_the_buffer_and_leave_no_file()
    {
        const int BufferBytes = 1 << 20;
        using var spill = TemporaryDirectory.Create();
        using var ledger = new KeyLedger(spill, BufferBytes);
        var violations = new ViolationList(10);
        Span<byte> key = stackalloc byte[16];
        for (var index = 0; index < 1_000_000; index++)
        {
            index.TryFormat(key, out var length, provider: CultureInfo.InvariantCulture);
            ledger.Define(KeySpace.Event, key[..length], index + 1);
        }

        ledger.Define(KeySpace.Event, "777"u8, 1_000_001);
        var join = Complete(ledger, spill, violations);
        Assert.Multiple(() =>
        {
            Assert.That(violations.Listed.Single().ToString(), Is.EqualTo("events.jsonl:1000001 777 event_id: `777` is on line 778 already"));
            Assert.That(join.Taken, Is.EqualTo(1_000_001));
            Assert.That(ledger.PeakBytes, Is.LessThanOrEqualTo((BufferBytes * 5 / 4) + (33 * KeyRun.BufferBytes)));
            Assert.That(Content(spill), Is.Empty);
        });
    }

    [Test]
    public void Long_keys_are_told_apart_to_the_last_byte()
    {
        using var spill = TemporaryDirectory.Create();
        using var ledger = new KeyLedger(spill);
        var violations = new ViolationList(10);
        var first = Encoding.UTF8.GetBytes(new string('é', 4000) + "a");
        var second = Encoding.UTF8.GetBytes(new string('é', 4000) + "b");
        ledger.Define(KeySpace.Idea, first, 1);
        ledger.Define(KeySpace.Idea, second, 2);
        ledger.Define(KeySpace.Idea, first, 3);
        Complete(ledger, spill, violations);
        var text = violations.Listed.Single().ToString();
        Assert.That(text, Does.StartWith("ideas.jsonl:3 ééé").And.EndsWith("…` is on line 1 already"));
        Assert.That(text, Has.Length.LessThan(250));
    }

    [Test]
    public void A_cancelled_join_leaves_no_file()
    {
        using var spill = TemporaryDirectory.Create();
        using (var ledger = new KeyLedger(spill, KeyLedger.LeastBufferBytes))
        {
            for (var index = 0; index < 2000; index++)
            {
                ledger.Define(KeySpace.Task, Encoding.UTF8.GetBytes($"t-{index}"), index + 1);
            }

            Assert.That(() => Complete(ledger, spill, new ViolationList(1), cancellationToken: new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(Content(spill), Is.Empty);
    }

    // Without the lock that says whose folder it is.
    private static IEnumerable<string> Content(TemporaryDirectory spill)
        => Directory.EnumerateFileSystemEntries(spill.Path).Where(path => !Path.GetFileName(path).StartsWith(".eden-owner", StringComparison.Ordinal));

    private static ObservedJoin Complete(
        KeyLedger ledger, TemporaryDirectory spill, ViolationList violations, int bufferBytes = KeyLedger.DefaultBufferBytes, CancellationToken cancellationToken = default)
    {
        using var submissions = new SubmissionFaults(spill, bufferBytes);
        var (found, warnings) = (new FindingList(violations, MemberNames.Standard), new FindingList(new ViolationList(10), MemberNames.Standard));
        var join = new ObservedJoin(new KeyJoin(found, warnings, submissions), spill);
        ledger.Complete(join, cancellationToken);
        submissions.Complete(found, warnings, cancellationToken);
        found.Complete();
        return join;
    }

    private static (string[] Lines, long Total, int Runs) Run(int seed, int capacity, int bufferBytes)
    {
        var random = new Random(seed);
        using var spill = TemporaryDirectory.Create();
        using var ledger = new KeyLedger(spill, bufferBytes);
        var violations = new ViolationList(capacity);
        for (var line = 1; line <= 3000; line++)
        {
            var key = Encoding.UTF8.GetBytes($"{new string('k', random.Next(2) * 300)}{random.Next(2500)}");
            switch (random.Next(5))
            {
                case 0:
                    ledger.Define(KeySpace.Task, key, line, new TaskAttribute((TaskKind)random.Next(1, 4), (TaskState)random.Next(1, 6)).ToByte());
                    break;
                case 1:
                    ledger.Refer(KeySpace.Task, KeyUse.SubmissionTask, key, key, line, attribute: (byte)random.Next(1, 4));
                    break;
                case 2:
                    ledger.Define(KeySpace.Idea, key, line);
                    break;
                case 3:
                    ledger.Refer(KeySpace.Idea, KeyUse.LiveTask, key, "t"u8, line, attribute: (byte)TaskKind.Execution);
                    break;
                default:
                    ledger.Refer(KeySpace.Idea, KeyUse.SubmissionIdeas, key, "s"u8, line, random.Next(3));
                    break;
            }
        }

        var join = Complete(ledger, spill, violations, bufferBytes);
        return ([.. violations.Listed.Select(violation => violation.ToString())], violations.Total, join.Runs);
    }

    /// <summary>Counts what a join gets, and how many runs the ledger has written for it, merged ones included.</summary>
    private sealed class ObservedJoin(IKeyJoin join, TemporaryDirectory spill) : IKeyJoin
    {
        public long Taken { get; private set; }

        public int Runs { get; private set; }

        public void Take(KeyRecord record)
        {
            if (Taken++ == 0)
            {
                // Runs are numbered, and the last one is read to the end.
                Runs = Content(spill).Select(path => int.Parse(Path.GetFileNameWithoutExtension(path).Split('-')[^1], CultureInfo.InvariantCulture) + 1)
                    .DefaultIfEmpty().Max();
            }

            join.Take(record);
        }
    }
}
