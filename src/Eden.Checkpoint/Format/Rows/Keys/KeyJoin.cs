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
    private FirstUses _first;

    public void Take(KeyRecord record)
    {
        if (_previousLength == 0 || !KeyRecord.SameKey(record, new KeyRecord(_previous.AsSpan(0, _previousLength))))
        {
            _first = default;
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
        if (IsFirst(ref _first.Definition, record))
        {
            _first.Task = TaskAttribute.Read(record.Attribute);
        }
        else if (record.Space != KeySpace.Artifact)
        {
            violations.Add(CheckpointRule.DuplicateId, record, IsThereAlready(record, _first.Definition));
        }
    }

    private void TakeSubmission(KeyRecord record)
    {
        if (!IsFirst(ref _first.Submission, record))
        {
            violations.Add(CheckpointRule.DuplicateId, record, IsThereAlready(record, _first.Submission));
        }

        Resolve(record);
        var (kind, task) = (TaskAttribute.Read(record.Attribute).Kind, _first.Task);
        if (_first.Definition != 0 && task.Kind != TaskKind.None && kind != TaskKind.None && kind != task.Kind)
        {
            violations.Add(
                CheckpointRule.RowReference,
                record,
                $"the submission's kind is {TaskKinds.Name(kind)}, the kind of task `{record.ShownKey}` is {TaskKinds.Name(task.Kind)}",
                "kind");
        }

        if (task.State is not (TaskState.None or TaskState.Completed))
        {
            submissions.AddState(record.Line, record.Text, task.State);
        }
    }

    private void TakeLiveTask(KeyRecord record)
    {
        if (!IsFirst(ref _first.LiveTask, record))
        {
            var kind = TaskKinds.Name(TaskAttribute.Read(record.Attribute).Kind);
            violations.Add(CheckpointRule.LiveTask, record, string.Create(
                CultureInfo.InvariantCulture, $"`{record.ShownKey}` already has a live {kind} task on line {_first.LiveTask}"));
        }

        Resolve(record);
    }

    private void TakeGroupName(KeyRecord record)
    {
        if (!IsFirst(ref _first.Name, record))
        {
            warnings.Add(CheckpointRule.Record, record, string.Create(
                CultureInfo.InvariantCulture, $"`{record.ShownKey}` is the name of the group on line {_first.Name} too"));
        }
    }

    private void Resolve(KeyRecord record)
    {
        if (_first.Definition != 0)
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

    /// <summary>Tells whether a use of the key is the first of its kind, whose line is noted then.</summary>
    private static bool IsFirst(ref long line, KeyRecord record)
    {
        if (line != 0)
        {
            return false;
        }

        line = record.Line;
        return true;
    }

    private static string IsThereAlready(KeyRecord record, long line)
        => string.Create(CultureInfo.InvariantCulture, $"`{record.ShownKey}` is on line {line} already");

    /// <summary>The lines of the first uses of the key at hand, counted from 1, and what its definition says of a task.</summary>
    private struct FirstUses
    {
        public long Definition;
        public long Submission;
        public long LiveTask;
        public long Name;
        public TaskAttribute Task;
    }
}
