using Eden.Checkpoint.Benchmarks;

// A process that is measured: one piece of work, and no parsing of a command line that takes as long as a small piece.
if (args is ["child", .. var work])
{
    await MeasuredWork.RunAsync(work, CancellationToken.None);
    return 0;
}

return await BenchmarkCommands.Create().Parse(args).InvokeAsync();
