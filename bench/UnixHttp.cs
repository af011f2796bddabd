using System.Net.Sockets;
using System.Text;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Bench;

/// <summary>A bare client of an Engine API, the same for every system that is measured.</summary>
internal sealed class UnixHttp(string socket) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://engine/"), Timeout = TimeSpan.FromMinutes(5) };

    public async Task<JToken> GetAsync(string path, CancellationToken stop = default) => JToken.Parse(await GetTextAsync(path, stop));

    /// <summary>An answer that is not looked into.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken stop = default) => http.GetStringAsync(path, stop);

    public async Task<JToken?> PostAsync(string path, object? body, CancellationToken stop = default)
    {
        var content = body is null ? null : new StringContent(JToken.FromObject(body).ToString(), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content, stop);
        return await ReadAsync(answer);
    }

    public async Task DeleteAsync(string path)
    {
        using var answer = await http.DeleteAsync(path);
        await ReadAsync(answer);
    }

    /// <summary>Whether anyone answers.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await http.GetAsync("_ping");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => http.Dispose();

    private static async Task<JToken?> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {(int)answer.StatusCode} {text}");
        return text.TrimStart().StartsWith('{') || text.TrimStart().StartsWith('[') ? JToken.Parse(text) : null;
    }
}
