using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>The experiments of this process, by id.</summary>
internal sealed class ExperimentTable
{
    private readonly Dictionary<string, HostedExperiment> _byId = new(StringComparer.Ordinal);
    private readonly HostedExperiment? _only;

    public ExperimentTable(IOptions<EdenCheckpointOptions> options, IServiceProvider services)
    {
        var time = services.GetService<TimeProvider>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        All = [.. options.Value.Experiments.Select(Create)];
        foreach (var experiment in All)
        {
            if (experiment.Settings.ExperimentId is { } id)
            {
                _byId.Add(id, experiment);
            }
        }

        _only = All is [var single] ? single : null;

        HostedExperiment Create(CheckpointExperiment settings) => new(
            settings,
            settings.Exporter ?? new CheckpointExporter(settings.Store, settings.Bundles, null, time, loggers.CreateLogger<CheckpointExporter>()),
            settings.Importer ?? (settings.Store is ICheckpointImportStore receiver
                ? new CheckpointImporter(receiver, null, null, time, loggers.CreateLogger<CheckpointImporter>())
                : null));
    }

    public IReadOnlyList<HostedExperiment> All { get; }

    /// <summary>Finds the experiment of a route. One whose id is not configured may be any; its store tells.</summary>
    /// <exception cref="ExperimentNotFoundException">There is none.</exception>
    public HostedExperiment Find(string experimentId)
        => _byId.TryGetValue(experimentId, out var found) ? found
            : _only is { Settings.ExperimentId: null } ? _only
            : throw NotFound(experimentId);

    /// <summary>Finds where an import goes: to the only experiment, or to the one that the request names.</summary>
    /// <exception cref="ExperimentNotFoundException">There is no experiment of that id.</exception>
    /// <exception cref="CheckpointBadRequestException">There are several, and none was named.</exception>
    public HostedExperiment FindTarget(string? experimentId)
        => _only
            ?? (experimentId is null
                ? throw new CheckpointBadRequestException("Several experiments are served here: name the one to import into with as_experiment_id.")
                : _byId.TryGetValue(experimentId, out var found) ? found : throw NotFound(experimentId));

    public static ExperimentNotFoundException NotFound(string experimentId) => new($"There is no experiment '{Shorten(experimentId)}' here.");

    public static string Shorten(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 64), "…");
}
