using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Sends signals to processes by system call, so that no program is needed for it.</summary>
internal static class ProcessSignal
{
    // The numbers are the same on every Unix that .NET runs on.
    private const int HangUpNumber = 1;
    private const int TerminateNumber = 15;

    /// <summary>Asks a process to end, as an orchestrator does.</summary>
    public static void Terminate(Process process) => Send(process, TerminateNumber);

    /// <summary>Tells a process that its terminal is gone.</summary>
    public static void HangUp(Process process) => Send(process, HangUpNumber);

    private static void Send(Process process, int signal)
    {
        if (Kill(process.Id, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

#pragma warning disable SYSLIB1054 // A blittable signature: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
#pragma warning restore SYSLIB1054
}
