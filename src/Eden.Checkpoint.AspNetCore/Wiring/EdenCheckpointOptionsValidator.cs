using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Wiring;

/// <summary>The rules that span several settings, checked when the host starts.</summary>
internal sealed class EdenCheckpointOptionsValidator : IValidateOptions<EdenCheckpointOptions>
{
    public ValidateOptionsResult Validate(string? name, EdenCheckpointOptions options)
    {
        var faults = new List<string>();
        var experiments = options.Experiments;
        if (experiments.Count == 0)
        {
            faults.Add("No experiment was added.");
        }

        if (options.AdminToken is { } token && !BearerCredential.CanCarry(token))
        {
            faults.Add("No request can carry the admin token: it ends with white space, holds a line break or another control character, or is longer than "
                + $"{BearerCredential.MaxSecretLength} characters. A file or a secret that it came from may end with a line break.");
        }

        if (experiments.Count > 1 && experiments.Any(experiment => experiment.ExperimentId is null))
        {
            faults.Add("Where several experiments are served, each needs its ExperimentId.");
        }

        foreach (var twice in experiments.Select(experiment => experiment.ExperimentId).OfType<string>().GroupBy(id => id, StringComparer.Ordinal).Where(ids => ids.Count() > 1))
        {
            faults.Add($"The experiment {twice.Key} was added more than once.");
        }

        foreach (var scheduled in experiments.Where(experiment => experiment.Schedule is { Enabled: true }))
        {
            if (scheduled.ExperimentId is null)
            {
                faults.Add("An experiment with a schedule needs its ExperimentId.");
            }

            if (scheduled.Destination is null)
            {
                faults.Add("An experiment with a schedule needs a Destination.");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
