using System.Text;
using Eden.Checkpoint.Format.Archive;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>The paths that a manifest's <c>files</c> names: each by itself, and all of them as one tree in which nothing lies below a file.</summary>
internal sealed class ManifestPaths(ManifestChecks checks, ManifestObject files)
{
    // What lies where, in the order of the manifest. The manifest itself is a file of the archive too.
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal) { [CheckpointManifest.FileName] = new Place("the manifest", null, IsFile: true) };

    /// <summary>Takes the path of a file.</summary>
    public string TakeFile(string key) => Take(key, isFile: true);

    /// <summary>Takes the path of the directory, below which only artifacts lie.</summary>
    public string TakeDirectory(string key) => Take(key, isFile: false);

    /// <summary>Finds the paths that lie below files. Called once, when all have been taken.</summary>
    public void Complete()
    {
        foreach (var (path, place) in _places)
        {
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                if (_places.TryGetValue(path[..slash], out var above) && above.IsFile)
                {
                    checks.Fail(place.Field!, $"the path '{ArchivePath.Display(path)}' lies below '{ArchivePath.Display(path[..slash])}', which is the file of {above.Name}");
                    break;
                }
            }
        }
    }

    private string Take(string key, bool isFile)
    {
        var field = $"{ManifestKey.Files}.{key}";
        var path = checks.RequiredString(files, key, field);
        if (path is null)
        {
            return key;
        }

        if (Encoding.UTF8.GetByteCount(path) > checks.Limits.MaxPathBytes)
        {
            checks.Fail(field, $"the path is longer than {checks.Limits.MaxPathBytes} bytes", CheckpointRule.Limit);
        }
        else if (ArchivePath.FindFault(path) is { } fault)
        {
            checks.Fail(field, $"the path '{ArchivePath.Display(path)}' {fault}");
        }
        else if (!_places.TryAdd(path, new Place(field, field, isFile)))
        {
            checks.Fail(field, $"the path '{ArchivePath.Display(path)}' is also that of {_places[path].Name}");
        }

        return path;
    }

    /// <summary>What a path is: for people, and as a field of the manifest where it is one.</summary>
    private readonly record struct Place(string Name, string? Field, bool IsFile);
}
