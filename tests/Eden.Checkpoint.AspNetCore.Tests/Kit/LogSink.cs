using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

/// <summary>Keeps everything that is logged, and tells when a certain message has come.</summary>
internal sealed class LogSink : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Event, LogLevel Level, string Text)> _entries = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _awaited = new();

    public IEnumerable<(int Event, LogLevel Level, string Text)> Entries => _entries;

    /// <summary>Gets all text, exceptions included.</summary>
    public string AllText => string.Join('\n', _entries.Select(entry => entry.Text));

    /// <summary>Waits until a message with the event id has been logged, also one of the past.</summary>
    public async Task WaitForAsync(int eventId)
    {
        try
        {
            await Source(eventId).Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Event {eventId} was not logged. What was: {AllText}");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue((eventId.Id, logLevel, $"{formatter(state, exception)} {exception}"));
        Source(eventId.Id).TrySetResult();
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Source(int eventId)
        => _awaited.GetOrAdd(eventId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
