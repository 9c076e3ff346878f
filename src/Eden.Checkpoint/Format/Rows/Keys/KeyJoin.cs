using System.Globalization;
using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Takes the uses of keys in sorted order and finds what is there twice, missing or of the wrong kind (§4).</summary>
/// <remarks>Of many findings those that come first in the archive are listed, whatever the order in which the keys come by.</remarks>
/// <param name="violations">Takes what is wrong.</param>
/// <param name="warnings">Takes what is odd.</param>
/// <param name="submissions">Takes what is wrong only where the submission's task is completed, and which tasks are not.</param>
internal sealed class KeyJoin(FindingList violations, FindingList warnings, SubmissionFaults submissions) : IKeyJoin
{
    private readonly byte[] _previous = new byte[KeyRecord.LongestLength];
    private int _previousLength;
    private long _definition;
    private long _submission;
    private long _liveTask;
    private long _named;
    private TaskAttribute _task;

    public void Take(KeyRecord record)
    {
        if (_previousLength == 0 || !KeyRecord.SameKey(record, new KeyRecord(_previous.AsSpan(0, _previousLength))))
        {
            _definition = 0;
            _submission = 0;
            _liveTask = 0;
            _named = 0;
            _task = default;
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
            case KeyUse.GroupName:
                TakeGroupName(record);
                break;
            default:
                Resolve(record);
                break;
        }
    }

    private void TakeDefinition(KeyRecord record)
    {
        if (_definition == 0)
        {
            _definition = record.Line;
            _task = TaskAttribute.Read(record.Attribute);
        }
        else if (record.Space != KeySpace.Artifact)
        {
            violations.Add(CheckpointRule.DuplicateId, record, FirstIs(record, _definition));
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
            violations.Add(CheckpointRule.DuplicateId, record, FirstIs(record, _submission));
        }

        Resolve(record);
        var kind = TaskAttribute.Read(record.Attribute).Kind;
        if (_definition != 0 && _task.Kind != TaskKind.None && kind != TaskKind.None && kind != _task.Kind)
        {
            violations.Add(
                CheckpointRule.RowReference,
                record,
                $"the submission's kind is {TaskKinds.Name(kind)}, the kind of task `{record.ShownKey}` is {TaskKinds.Name(_task.Kind)}",
                "kind");
        }

        if (_task.State is not (TaskState.None or TaskState.Completed))
        {
            submissions.AddState(record.Line, record.Text, _task.State);
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
            violations.Add(
                CheckpointRule.LiveTask,
                record,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"`{record.ShownKey}` already has a live {TaskKinds.Name(TaskAttribute.Read(record.Attribute).Kind)} task on line {_liveTask}"));
        }

        Resolve(record);
    }

    private void TakeGroupName(KeyRecord record)
    {
        if (_named == 0)
        {
            _named = record.Line;
        }
        else
        {
            warnings.Add(
                CheckpointRule.Record,
                record,
                string.Create(CultureInfo.InvariantCulture, $"`{record.ShownKey}` is the name of the group on line {_named} too"));
        }
    }

    private void Resolve(KeyRecord record)
    {
        if (_definition != 0)
        {
            return;
        }

        var rule = record.Space == KeySpace.Artifact ? CheckpointRule.Artifact : CheckpointRule.RowReference;
        var message = record.Space == KeySpace.Artifact
            ? $"the archive has no artifact `{record.ShownKey}`" : $"there is no {KeyPlaces.Noun(record.Space)} `{record.ShownKey}`";
        if (record.Use is KeyUse.SubmissionIdeas or KeyUse.SubmissionVariant or KeyUse.SubmissionArtifact)
        {
            // Whether that is wrong depends on the submission's task. Several fields of one submission keep their order.
            var index = record.Index >= 0 ? record.Index : (int)record.Use - byte.MaxValue;
            submissions.Add(record.Line, record.Text, index, rule, KeyPlaces.Field(record), message);
        }
        else
        {
            violations.Add(rule, record, message);
        }
    }

    private static string FirstIs(KeyRecord record, long line)
        => string.Create(CultureInfo.InvariantCulture, $"`{record.ShownKey}` is on line {line} already");
}
