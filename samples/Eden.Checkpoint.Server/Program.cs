return await Eden.Checkpoint.Server.CommandLine.RunAsync(args);
