namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>What a look found wrong. Filled by one look, then only read.</summary>
internal sealed class HealthFindings
{
    private readonly List<string> _faults = [];
    private readonly List<Exception> _causes = [];

    public bool IsHealthy => _faults.Count == 0;

    /// <summary>Gets one sentence a fault.</summary>
    public string Text => string.Join(' ', _faults);

    public Exception? Cause => _causes switch
    {
        [] => null,
        [var single] => single,
        _ => new AggregateException(_causes),
    };

    /// <summary>Runs a check, and notes the fault when it throws.</summary>
    public async Task TryAsync(string fault, Func<Task> check)
    {
        try
        {
            await check().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _faults.Add(fault);
            _causes.Add(exception);
        }
    }
}
