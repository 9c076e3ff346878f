using Eden.Git;
using Spectre.Console;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Shows the progress of one operation on standard error: bars on a terminal, otherwise one line for each phase that ended.</summary>
internal static class ProgressDisplay
{
    public static async Task<T> RunAsync<T>(Terminal terminal, Func<IProgress<CheckpointProgress>, Task<T>> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            var lines = new PhaseLines(terminal);
            var result = await work(lines).ConfigureAwait(false);
            lines.End();
            return result;
        }

        return await terminal.Error.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new ElapsedTimeColumn(),
                new SpinnerColumn())
            .StartAsync(context => work(new PhaseBars(context)))
            .ConfigureAwait(false);
    }

    /// <summary>Shows the progress of the git engine the same way.</summary>
    public static Task<T> RunGitAsync<T>(Terminal terminal, Func<IProgress<GitProgress>, Task<T>> work)
        => RunAsync(terminal, progress => work(new GitSteps(progress)));

    private sealed class GitSteps(IProgress<CheckpointProgress> progress) : IProgress<GitProgress>
    {
        public void Report(GitProgress value) => progress.Report(CheckpointProgress.From(value));
    }

    /// <summary>One bar a phase. Reports come from any thread.</summary>
    private sealed class PhaseBars(ProgressContext context) : IProgress<CheckpointProgress>
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<CheckpointPhase, ProgressTask> _bars = [];

        public void Report(CheckpointProgress value)
        {
            lock (_gate)
            {
                if (!_bars.TryGetValue(value.Phase, out var bar))
                {
                    foreach (var earlier in _bars.Values.Where(earlier => !earlier.IsFinished))
                    {
                        earlier.IsIndeterminate = false;
                        earlier.Value = earlier.MaxValue;
                    }

                    bar = context.AddTask(PhaseText.Name(value.Phase));
                    _bars.Add(value.Phase, bar);
                }

                bar.Description = $"{PhaseText.Name(value.Phase)}: {PhaseText.Amount(value.Phase, value.Completed)}";
                bar.IsIndeterminate = value.Total is null;
                if (value.Total is { } total)
                {
                    bar.MaxValue = Math.Max(total, 1);
                    bar.Value = total == 0 ? 1 : value.Completed;
                }
            }
        }
    }

    /// <summary>Writes a phase's last state when the next phase begins.</summary>
    private sealed class PhaseLines(Terminal terminal) : IProgress<CheckpointProgress>
    {
        private readonly Lock _gate = new();
        private CheckpointProgress? _last;

        public void Report(CheckpointProgress value)
        {
            lock (_gate)
            {
                if (_last is { } last && last.Phase != value.Phase)
                {
                    Write(last);
                }

                _last = value;
            }
        }

        public void End()
        {
            lock (_gate)
            {
                if (_last is { } last)
                {
                    Write(last);
                    _last = null;
                }
            }
        }

        private void Write(CheckpointProgress last)
            => terminal.ErrorLine($"{PhaseText.Name(last.Phase)}: {PhaseText.Amount(last.Phase, last.Completed)}");
    }
}
