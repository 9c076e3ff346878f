namespace Eden.Checkpoint.Tests.Kit;

/// <summary>What a run of the console host may use; what is not set is not limited.</summary>
internal sealed record ProcessMeans
{
    public static ProcessMeans Plenty { get; } = new();

    /// <summary>Gets how large the managed heap may grow: one byte more, and the run ends as out of memory.</summary>
    public long? HeapBytes { get; init; }

    /// <summary>Gets how many files the process may have open at once, those of its runtime included.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>Gets how long a file that the process writes may become: one byte more, and the run is killed.</summary>
    public long? FileBytes { get; init; }

    /// <summary>Gets how many processors the runtime believes in, and with it how many threads share the work.</summary>
    public int? Processors { get; init; }

    /// <summary>Gets environment variables that are set for the process.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the shell commands that set the limits which only a shell can set.</summary>
    public string ShellLimits
        => (OpenFiles is { } files ? $"ulimit -n {files} && " : "") + (FileBytes is { } bytes ? $"ulimit -f {bytes / 512} && " : "");

    /// <summary>Gets what the process's environment has beside the usual.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets after how long a run counts as hanging.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}
