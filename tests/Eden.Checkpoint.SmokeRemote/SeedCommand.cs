using System.Globalization;
using Eden.Checkpoint.ConsoleHost.Stores;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.SmokeRemote;

/// <summary><c>seed</c>: makes a bare repository and loads the rows that name its commits; prints the experiment's id.</summary>
internal static class SeedCommand
{
    public static async Task<int> RunAsync(string repository, string variants)
    {
        var url = RequiredVariable.Read("EDEN_STORE_URL");
        await using var database = PostgresSource.Create(PostgresUrl.Parse(url));
        var experiment = await SyntheticExperiment.CreateAsync(repository, int.Parse(variants, NumberStyles.None, CultureInfo.InvariantCulture));
        await experiment.LoadAsync(database);
        Console.WriteLine(experiment.ExperimentId);
        return 0;
    }
}
