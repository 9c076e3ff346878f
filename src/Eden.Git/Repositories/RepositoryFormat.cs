using System.Globalization;

namespace Eden.Git.Repositories;

/// <summary>What a repository's configuration says about how it is stored. Everything that cannot be bundled whole is refused by name.</summary>
internal static class RepositoryFormat
{
    /// <summary>Reads the object format out of a repository's configuration.</summary>
    /// <exception cref="GitException">The repository has a format or an extension that is not supported.</exception>
    public static GitObjectFormat Read(GitConfigFile config)
    {
        var version = 0L;
        if (config.TryGet("core.repositoryformatversion", out var text)
            && (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out version) || version is < 0 or > 1))
        {
            throw new GitUnsupportedException($"The repository has format version \"{text}\"; 0 and 1 are supported.");
        }

        var format = GitObjectFormat.Sha1;
        foreach (var (key, value) in config.Settings)
        {
            if (key.StartsWith("extensions.", StringComparison.Ordinal))
            {
                ReadExtension(key["extensions.".Length..], value, version, ref format);
            }
            else if (key.StartsWith("remote.", StringComparison.Ordinal))
            {
                RefusePromisor(key, value);
            }
        }

        return format;
    }

    private static void ReadExtension(string name, string? value, long version, ref GitObjectFormat format)
    {
        switch (name)
        {
            case "noop" or "noop-v1" or "worktreeconfig" or "preciousobjects" or "relativeworktrees":
                return;
            case "partialclone":
                throw new GitUnsupportedException(
                    $"The repository is a partial clone (extensions.partialClone = {value}): objects that it left at its remote cannot be bundled.");
            case "objectformat" or "refstorage" when version == 0:
                throw new GitUnsupportedException(
                    $"The repository has format version 0 but sets extensions.{name}, which needs version 1; git refuses it too.");
            case "objectformat":
                format = value switch
                {
                    "sha1" => GitObjectFormat.Sha1,
                    "sha256" => GitObjectFormat.Sha256,
                    _ => throw new GitUnsupportedException(
                        $"The repository has the object format \"{value}\" (extensions.objectFormat); sha1 and sha256 are supported."),
                };
                return;
            case "refstorage" when value == "files":
                return;
            case "refstorage":
                throw new GitUnsupportedException(
                    $"The repository keeps its refs as \"{value}\" (extensions.refStorage); only \"files\" is supported.");
            default:
                throw new GitUnsupportedException(
                    $"The repository uses the extension \"{name}\" (extensions.{name}), which is not supported.");
        }
    }

    private static void RefusePromisor(string key, string? value)
    {
        var isPromisor = key.EndsWith(".promisor", StringComparison.Ordinal) && GitConfigFile.AsBoolean(value) != false;
        if (isPromisor || key.EndsWith(".partialclonefilter", StringComparison.Ordinal))
        {
            throw new GitUnsupportedException(
                $"The repository is a partial clone ({key} is set): objects that it left at its promisor remote cannot be bundled.");
        }
    }
}
