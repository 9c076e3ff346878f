using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Checkpoint.ConsoleHost.Stores;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>compare</c>: two checkpoints object by object, archives and stores in any pairing.</summary>
internal static class CompareVerb
{
    public static Command Create(Terminal terminal)
    {
        var left = new Argument<string>("A") { Description = $"An archive file, - for one on standard input, dir:PATH, a store as export takes it, or {StoreOptions.FilePrefix}FILE, where its address is in a file." };
        var right = new Argument<string>("B") { Description = "The same; with --imported, what A became." };
        var leftRepository = new Option<string?>("--repo-a") { Description = "The git repository of a store given as A.", HelpName = "DIR" };
        var rightRepository = new Option<string?>("--repo-b") { Description = "The git repository of a store given as B.", HelpName = "DIR" };
        var imported = new Option<bool>("--imported") { Description = "B was imported from A: what an import changes is allowed in this direction only." };
        var limits = LimitsOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the comparison as one JSON object." };
        var command = new Command("compare", "Compares two checkpoints object by object; what an import may change is counted and listed.")
        {
            left, right, leftRepository, rightRepository, imported, limits, json,
        };
        command.Guard(terminal, json, async (parsed, cancellationToken) =>
        {
            if (InputFile.IsStandardInput(parsed.GetRequiredValue(left)) && InputFile.IsStandardInput(parsed.GetRequiredValue(right)))
            {
                throw new UsageException("A and B: standard input can be read once.");
            }

            var ceilings = LimitsOption.Read(parsed, limits);
            var first = Side.Open(parsed.GetRequiredValue(left), parsed.GetValue(leftRepository), "A", ceilings);
            await using (first.ConfigureAwait(false))
            {
                var second = Side.Open(parsed.GetRequiredValue(right), parsed.GetValue(rightRepository), "B", ceilings);
                await using (second.ConfigureAwait(false))
                {
                    var options = new CheckpointComparisonOptions { RightImportedFromLeft = parsed.GetValue(imported), Limits = ceilings };
                    var comparison = await ProgressDisplay.RunAsync(
                        terminal,
                        progress => new CheckpointComparer().CompareAsync(
                            first.Source, second.Source, options with { Progress = progress }, cancellationToken)).ConfigureAwait(false);
                    if (parsed.GetValue(json))
                    {
                        terminal.Line(ReportJson.Object(writer => ComparisonJson.Write(writer, comparison)));
                    }
                    else
                    {
                        ComparisonText.Write(terminal, comparison);
                    }

                    return comparison.IsEqual ? ExitCode.Done : ExitCode.Invalid;
                }
            }
        });
        return command;
    }

    /// <summary>One side, with the connections behind it when it is a store.</summary>
    private sealed class Side(CheckpointComparisonSource source, OpenedStore? store) : IAsyncDisposable
    {
        public CheckpointComparisonSource Source => source;

        public static Side Open(string address, string? repository, string name, CheckpointLimits limits)
        {
            if (!File.Exists(address) && address.StartsWith(StoreOptions.FilePrefix, StringComparison.Ordinal))
            {
                address = StoreOptions.ReadFile(address[StoreOptions.FilePrefix.Length..], name);
            }

            if (!File.Exists(address) && StoreAddress.IsOne(address))
            {
                var store = StoreAddress.Open(address, limits: limits);

                // The address may hold a password: the side goes by its letter.
                return new Side(CheckpointComparisonSource.FromStore(store.Store, repository, name), store);
            }

            return repository is null
                ? new Side(
                    InputFile.IsStandardInput(address)
                        ? CheckpointComparisonSource.FromArchive(InputFile.Open(address), InputFile.Name(address))
                        : CheckpointComparisonSource.FromArchive(address),
                    null)
                : throw new UsageException($"--repo-{name.ToLowerInvariant()} goes with a store; an archive brings its own repository.");
        }

        public ValueTask DisposeAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
