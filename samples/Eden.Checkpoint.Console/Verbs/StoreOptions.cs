using System.CommandLine;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>The ways to name a store. A command line can be read by everybody on the machine, so a password may also come from a file or from the environment.</summary>
/// <param name="description">What the store is for.</param>
internal sealed class StoreOptions(string description)
{
    /// <summary>The prefix by which an argument of <c>compare</c> names a file with a store's address.</summary>
    public const string FilePrefix = "store-file:";

    private const string Variable = "EDEN_STORE_URL";
    private const int MostBytes = 1 << 16;

    private readonly Option<string?> _address = new("--store") { Description = $"{description} Or set {Variable}, which no other user can see.", HelpName = "S" };

    private readonly Option<string?> _file = new("--store-file") { Description = "A file whose first line is what --store takes.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_address);
        command.Add(_file);
    }

    /// <summary>Returns the address.</summary>
    /// <exception cref="UsageException">There is none, or more than one.</exception>
    public string Read(ParseResult parsed) => (parsed.GetValue(_address), parsed.GetValue(_file)) switch
    {
        ({ }, { }) => throw new UsageException("--store and --store-file do not go together."),
        ({ } address, null) => address,
        (null, { } file) => ReadFile(file, "--store-file"),
        _ => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address
            ? address
            : throw new UsageException($"There is no store: give --store or --store-file, or set {Variable}."),
    };

    /// <summary>Reads an address from a file.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string ReadFile(string path, string option)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"The file given to {option} does not exist.");
        }

        var bytes = new byte[MostBytes];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        using var reader = new StreamReader(new MemoryStream(bytes, 0, count));
        return reader.ReadLine()?.Trim() is { Length: > 0 } address ? address : throw new UsageException($"The first line of the file given to {option} is empty.");
    }
}
