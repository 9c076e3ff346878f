using System.Buffers.Binary;
using System.Text;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Shared;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>What is wrong with submissions where their tasks are completed (§4): the success contract of the role, and what they name. It is noted by
/// the submission's line and judged at the end, when the states of all tasks are known. Not thread-safe.</summary>
/// <remarks>A store keeps what a worker handed in, also where the worker broke the contract and the task failed for it or was not judged yet.</remarks>
internal sealed class SubmissionFaults(TemporaryDirectory spill, int bufferBytes) : IDisposable
{
    private readonly KeyLedger _faults = new(spill, bufferBytes);

    /// <summary>Notes a fault.</summary>
    /// <param name="line">The submission's line.</param>
    /// <param name="id">Its id.</param>
    /// <param name="index">Orders the faults of one submission.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="field">The field.</param>
    /// <param name="message">What is wrong.</param>
    public void Add(long line, ReadOnlySpan<byte> id, int index, CheckpointRule rule, string? field, string message)
    {
        // None of the three holds a NUL: shown values are escaped.
        var text = Encoding.UTF8.GetBytes($"{ShownValue.Of(id)}\0{field}\0{message}");
        _faults.Refer(KeySpace.SubmissionLine, KeyUse.SubmissionFault, Key(line), text, line, index, (byte)rule);
    }

    /// <summary>Notes that a submission has further faults of which nothing more is known.</summary>
    public void AddFurther(long line, long count)
        => _faults.Refer(KeySpace.SubmissionLine, KeyUse.FurtherSubmissionFaults, Key(line), [], line, (int)Math.Min(count, int.MaxValue));

    /// <summary>Notes that a submission's task is in a state in which the contract does not bind.</summary>
    public void AddState(long line, ReadOnlySpan<byte> id, TaskState state)
        => _faults.Refer(KeySpace.SubmissionLine, KeyUse.SubmissionState, Key(line), id, line, attribute: (byte)state);

    /// <summary>Reports the faults: as violations, or as one warning a submission where the contract does not bind.</summary>
    public void Complete(FindingList violations, FindingList warnings, CancellationToken cancellationToken)
    {
        var join = new Join(violations, warnings);
        _faults.Complete(join, cancellationToken);
        join.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => _faults.Dispose();

    private static byte[] Key(long line)
    {
        var key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(key, line);
        return key;
    }

    /// <summary>Takes the notes of one line after the other; the task's state comes before the faults.</summary>
    private sealed class Join(FindingList violations, FindingList warnings) : IKeyJoin
    {
        private long _line;
        private TaskState _state;
        private string? _id;
        private string? _field;
        private string? _message;
        private long _count;

        public void Take(KeyRecord record)
        {
            if (record.Line != _line)
            {
                Complete();
                _line = record.Line;
            }

            switch (record.Use)
            {
                case KeyUse.SubmissionState:
                    _state = (TaskState)record.Attribute;
                    _id = record.ShownOwner;
                    break;
                case KeyUse.SubmissionFault:
                    TakeFault(record);
                    break;
                default:
                    TakeFurther(record.Index);
                    break;
            }
        }

        /// <summary>Ends the line at hand.</summary>
        public void Complete()
        {
            if (_count > 0 || _state is TaskState.Pending or TaskState.Claimed)
            {
                var state = TaskStates.Name(_state);
                var message = _count == 0 ? $"there is a submission, although the task is {state}"
                    : $"{_message?.TrimEnd('.')}{(_count > 1 ? $" (and {_count - 1} more)" : string.Empty)}; the task is {state}, so the submission travels as it is";
                warnings.Add(CheckpointRule.Record, RegistryKind.Submissions, _line, 0, _id, _field, message);
            }

            (_state, _id, _field, _message, _count) = (TaskState.None, null, null, null, 0);
        }

        private void TakeFault(KeyRecord record)
        {
            if (_state != TaskState.None && _count++ > 0)
            {
                return;
            }

            var parts = Encoding.UTF8.GetString(record.Text).Split('\0', 3);
            var field = parts[1].Length == 0 ? null : parts[1];
            if (_state == TaskState.None)
            {
                violations.Add((CheckpointRule)record.Attribute, RegistryKind.Submissions, record.Line, record.Index, parts[0].Length == 0 ? null : parts[0], field, parts[2]);
                return;
            }

            (_field, _message) = (field, parts[2]);
        }

        private void TakeFurther(int count)
        {
            if (_state == TaskState.None)
            {
                violations.AddUnlisted(count);
            }
            else
            {
                _count += count;
            }
        }
    }
}
