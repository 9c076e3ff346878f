return await Eden.Checkpoint.ConsoleHost.CommandLine.RunAsync(args);
