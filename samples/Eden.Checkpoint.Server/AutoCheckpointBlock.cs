using System.Text;
using Eden.Checkpoint.ConsoleHost;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Eden.Checkpoint.Server;

/// <summary>Reads the optional <c>auto_checkpoint</c> block of an experiment's config. The rest of the config is not this server's business.</summary>
internal static class AutoCheckpointBlock
{
    private const string Name = "auto_checkpoint";
    private const string MergeKey = "<<";

    /// <summary>Returns the schedule; one that is not enabled when there is no block.</summary>
    /// <exception cref="UsageException">The config is no YAML, or the block has an unknown key or a value that makes no sense.</exception>
    public static CheckpointSchedule Read(ReadOnlyMemory<byte> config)
    {
        var schedule = new CheckpointSchedule();
        foreach (var (key, node) in Find(config))
        {
            var value = node as YamlScalarNode ?? throw new UsageException($"The config's {Name}.{key} is not a single value.");
            schedule = key switch
            {
                "enabled" => schedule with { Enabled = Flag(key, value) },
                "interval_seconds" => schedule with { Interval = Interval(key, value) },
                "retention_count" => schedule with { RetentionCount = Count(key, value) },
                "on_terminate" => schedule with { OnTerminate = Flag(key, value) },
                _ => throw new UsageException($"The config's {Name} has a key '{key}' that is not known; it may have enabled, interval_seconds, retention_count and on_terminate."),
            };
        }

        return schedule;
    }

    private static Dictionary<string, YamlNode> Find(ReadOnlyMemory<byte> config)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(Encoding.UTF8.GetString(config.Span).TrimStart('\uFEFF')));
            if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode root
                || !Members(root).TryGetValue(Name, out var block) || (block is YamlScalarNode scalar && YamlScalar.IsNull(scalar)))
            {
                return [];
            }

            return Members(block as YamlMappingNode ?? throw new UsageException($"The config's {Name} is not a mapping."));
        }
        catch (YamlException exception)
        {
            throw new UsageException($"The file of --experiment-config is no YAML: line {exception.Start.Line}, column {exception.Start.Column}.");
        }
    }

    /// <summary>Returns the members of a mapping with those of the mappings merged into it. Its own win, then those of the mapping that is named first.</summary>
    private static Dictionary<string, YamlNode> Members(YamlMappingNode mapping)
    {
        var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        Add(mapping);
        return members;

        void Add(YamlMappingNode from)
        {
            if (!seen.Add(from))
            {
                // Named twice, or inside of itself: it has nothing new to give.
                return;
            }

            foreach (var (key, value) in from.Children)
            {
                if (key is YamlScalarNode { Value: { } name } scalar && !IsMerge(scalar))
                {
                    members.TryAdd(name, value);
                }
            }

            foreach (var (_, value) in from.Children.Where(child => child.Key is YamlScalarNode key && IsMerge(key)))
            {
                foreach (var merged in value is YamlSequenceNode several ? several.Children : [value])
                {
                    Add(merged as YamlMappingNode ?? throw new UsageException($"The config merges ({MergeKey}) something that is not a mapping."));
                }
            }
        }
    }

    private static bool IsMerge(YamlScalarNode key) => key is { Style: ScalarStyle.Plain, Value: MergeKey };

    private static bool Flag(string key, YamlScalarNode value)
        => YamlScalar.Flag(value) ?? throw new UsageException($"The config's {Name}.{key} is neither true nor false.");

    private static TimeSpan Interval(string key, YamlScalarNode value)
    {
        if (YamlScalar.Number(value) is not ({ } seconds and > 0))
        {
            throw new UsageException($"The config's {Name}.{key} is not a number of seconds greater than 0.");
        }

        // The clock has steps, and no server runs as long as the longest interval there is.
        return seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue
            : TimeSpan.FromTicks(Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)));
    }

    private static int Count(string key, YamlScalarNode value)
        => YamlScalar.Number(value) is >= 1 and var number && Math.Floor(number) == number
            ? (int)Math.Min(number, int.MaxValue)
            : throw new UsageException($"The config's {Name}.{key} is not a whole number of 1 or more.");
}
