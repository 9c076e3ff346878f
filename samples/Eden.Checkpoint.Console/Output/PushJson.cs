using System.Text.Json;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>What became of a push, as the members of a JSON object.</summary>
internal static class PushJson
{
    public static void Write(Utf8JsonWriter json, GitPushResult push)
    {
        json.WriteBoolean("complete", push.IsComplete);
        json.WriteString("remote", push.Remote);
        json.WriteNumber("refs", push.RefCount);
        ReportJson.WriteStrings(json, "refused", push.Refused);
        json.WriteNumber("totalRefused", push.TotalRefused);
        json.WriteString("failure", push.Failure);
    }
}
