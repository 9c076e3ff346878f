using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Eden.Checkpoint.ConsoleHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Eden.Checkpoint.Server;

/// <summary>The way from arguments to a running server and an exit code: 0 for a clean end, 1 for a failed start, 2 for wrong usage.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Serves EDEN checkpoints over HTTP: export, import and the recovery probe. Each flag may be given as the environment variable beside it.");
        foreach (var setting in ServerSettings.All)
        {
            root.Options.Add(setting.Option);
        }

        root.SetAction((parsed, token) => ServeAsync(parsed, token));
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            }

            return 2;
        }

        // The host answers signals itself, so that requests under way may end.
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        WebApplication server;
        try
        {
            server = ServerHost.Build(ServerSettings.Read(parsed, Environment.GetEnvironmentVariable));
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return 2;
        }

        await using (server.ConfigureAwait(false))
        {
            // The terminal was closed: what is under way may end first, as with SIGTERM.
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                server.Lifetime.StopApplication();
            });
            try
            {
                await server.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // The port is taken or not ours to take, or the address is not this machine's.
                await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
                return 1;
            }

            var address = new Uri(server.Urls.First());
            await Console.Out.WriteLineAsync($"EDEN_CHECKPOINT_LISTENING host={address.Host} port={address.Port}").ConfigureAwait(false);
            await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }
}
