using System.Diagnostics;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The reference program <c>argon2</c>, as an oracle.</summary>
internal static class Argon2Program
{
    /// <summary>Tells whether the program can be given a hash's salt: a command line has no NUL, and a shell's substitution no newline at its end.</summary>
    public static bool Takes(string phc) => !Salt(phc).Contains((byte)0) && Salt(phc)[^1] != '\n';

    /// <summary>Computes the PHC string of a token with the salt of another PHC string. Without the program the test is ignored, or fails where <c>CI=true</c>.</summary>
    public static async Task<string> HashAsync(string token, string phcOfSalt)
    {
        RequiredProgram.Ensure("argon2");
        var octal = string.Concat(Salt(phcOfSalt).Select(value => "\\" + Convert.ToString(value, 8).PadLeft(3, '0')));
        var start = new ProcessStartInfo("sh", ["-c", $"argon2 \"$(printf '{octal}')\" -id -t 3 -k 65536 -p 4 -l 32 -e"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The shell ended before it read: its exit code tells why.
        }

        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero);
        return output.Trim();
    }

    private static byte[] Salt(string phc) => Convert.FromBase64String(phc.Split('$')[4] + "==");
}
