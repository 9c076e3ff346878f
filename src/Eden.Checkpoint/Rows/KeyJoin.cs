using System.Globalization;
using Eden.Checkpoint.Validation;

namespace Eden.Checkpoint.Rows;

/// <summary>Takes the uses of keys in sorted order and finds what is there twice, missing or of the wrong kind (§4).</summary>
/// <remarks>Of many violations those that come first in the archive are listed, whatever the order in which the keys come by.</remarks>
internal sealed class KeyJoin(ViolationList violations)
{
    private readonly FindingList _findings = new(violations);
    private readonly byte[] _previous = new byte[KeyRecord.LongestLength];
    private int _previousLength;
    private long _definition;
    private long _submission;
    private long _liveTask;
    private TaskKind _kind;

    public void Take(KeyRecord record)
    {
        if (_previousLength == 0 || !KeyRecord.SameKey(record, new KeyRecord(_previous.AsSpan(0, _previousLength))))
        {
            _definition = 0;
            _submission = 0;
            _liveTask = 0;
            _kind = TaskKind.None;
            record.CopyTo(_previous);
            _previousLength = record.Length;
        }

        switch (record.Use)
        {
            case KeyUse.Definition:
                TakeDefinition(record);
                break;
            case KeyUse.SubmissionTask:
                TakeSubmission(record);
                break;
            case KeyUse.LiveTask:
                TakeLiveTask(record);
                break;
            default:
                Resolve(record);
                break;
        }
    }

    /// <summary>Hands the findings over, in the order of the archive.</summary>
    public void Complete() => _findings.Complete();

    private void TakeDefinition(KeyRecord record)
    {
        if (_definition == 0)
        {
            _definition = record.Line;
            _kind = (TaskKind)record.Attribute;
        }
        else if (record.Space != KeySpace.Artifact)
        {
            _findings.Add(CheckpointRule.DuplicateId, record, FirstIs(record, _definition));
        }
    }

    private void TakeSubmission(KeyRecord record)
    {
        if (_submission == 0)
        {
            _submission = record.Line;
        }
        else
        {
            _findings.Add(CheckpointRule.DuplicateId, record, FirstIs(record, _submission));
        }

        Resolve(record);
        if (_definition != 0 && _kind != TaskKind.None && record.Attribute != (byte)TaskKind.None && (TaskKind)record.Attribute != _kind)
        {
            var key = record.ShownKey;
            _findings.Add(
                CheckpointRule.RowReference,
                record,
                $"the submission's kind is {TaskKinds.Name((TaskKind)record.Attribute)}, the kind of task `{key}` is {TaskKinds.Name(_kind)}",
                "kind");
        }
    }

    private void TakeLiveTask(KeyRecord record)
    {
        if (_liveTask == 0)
        {
            _liveTask = record.Line;
        }
        else
        {
            _findings.Add(
                CheckpointRule.LiveTask,
                record,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"`{record.ShownKey}` already has a live {TaskKinds.Name((TaskKind)record.Attribute)} task on line {_liveTask}"));
        }

        Resolve(record);
    }

    private void Resolve(KeyRecord record)
    {
        if (_definition != 0)
        {
            return;
        }

        if (record.Space == KeySpace.Artifact)
        {
            _findings.Add(CheckpointRule.Artifact, record, $"the archive has no artifact `{record.ShownKey}`");
        }
        else
        {
            _findings.Add(CheckpointRule.RowReference, record, $"there is no {KeyPlaces.Noun(record.Space)} `{record.ShownKey}`");
        }
    }

    private static string FirstIs(KeyRecord record, long line)
        => string.Create(CultureInfo.InvariantCulture, $"`{record.ShownKey}` is on line {line} already");
}
