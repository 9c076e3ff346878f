using System.Net;
using System.Text.Json;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

/// <summary>A problem document as a client sees it.</summary>
internal sealed record Problem(string Type, string Detail, JsonElement Document)
{
    /// <summary>Holds an answer to everything that each problem document must keep, and returns it.</summary>
    public static async Task<Problem> ReadAsync(HttpResponseMessage answer, HttpStatusCode status, string type)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), body);
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/problem+json; charset=utf-8"));
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement.Clone();
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("type").GetString(), Is.EqualTo(type), body);
            Assert.That(root.GetProperty("title").GetString(), Is.Not.Empty);
            Assert.That(root.GetProperty("status").GetInt32(), Is.EqualTo((int)status));
            Assert.That(root.GetProperty("detail").GetString(), Is.Not.Empty);
            Assert.That(root.GetProperty("instance").GetString(), Is.EqualTo(answer.RequestMessage!.RequestUri!.AbsolutePath));
        });
        return new Problem(type, root.GetProperty("detail").GetString()!, root);
    }
}
