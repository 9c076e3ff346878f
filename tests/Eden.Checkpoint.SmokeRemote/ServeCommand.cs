using System.Runtime.InteropServices;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.SmokeRemote;

/// <summary><c>serve</c>: a smart-HTTP git remote with Basic authentication on loopback, until it is told to end. Prints one line when it is ready.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string root)
    {
        var ended = new TaskCompletionSource();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        var userName = RequiredVariable.Read("EDEN_REMOTE_USER");
        var password = RequiredVariable.Read("EDEN_REMOTE_PASSWORD");
        await using var remote = await GitHttpRemote.StartAsync(root);
        remote.UserName = userName;
        remote.Password = password;
        Console.WriteLine($"EDEN_REMOTE_LISTENING url={remote.BaseAddress}");
        await ended.Task;
        return 0;
    }
}
