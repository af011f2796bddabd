using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class QueryTests
{
    private static readonly Snapshot State = Snapshot.Empty.With(new StoreObject[]
    {
        new Service { Id = "aaa1", SpecVersion = 5, Spec = new() { Name = "web", Labels = new([new("tier", "front"), new("x", "")]) } },
        new Service { Id = "aab2", Spec = new() { Name = "web-api", Mode = new() { Global = new() } } },
        new Service { Id = "web", Spec = new() { Name = "aaa1" } },
        new Node { Id = "n1", Spec = new() { Role = NodeRole.Manager, Labels = new([new("disk", "ssd")]) }, Description = new() { Hostname = "same", Engine = new() { Labels = new([new("rack", "r1")]) } } },
        new Node { Id = "n2", Spec = new() { Role = NodeRole.Worker }, Description = new() { Hostname = "same" } },
        new SwarmTask { Id = "t1", ServiceId = "aaa1", ServiceName = "web", Slot = 1, NodeId = "n1", SpecVersion = 5, DesiredState = TaskState.Running, Labels = new([new("l", "1")]) },
        new SwarmTask { Id = "t2", ServiceId = "aaa1", ServiceName = "web", Slot = 2, NodeId = "n2", SpecVersion = 4, DesiredState = TaskState.Shutdown, Ports = [new() { TargetPort = 1 }] },
        new SwarmTask { Id = "u3", ServiceId = "aab2", ServiceName = "web-api", NodeId = "n2", DesiredState = TaskState.Running },
    }.Select(StoreChange.Put).ToList());

    [Theory]
    [InlineData("aaa1", "aaa1")]
    [InlineData("web", "web")]
    [InlineData("web-api", "aab2")]
    [InlineData("aab", "aab2")]
    public void Id_GoesBeforeName_NameBeforeBeginning(string input, string id) => Assert.Equal(id, Lookup.Service(State, input).Id);

    [Fact]
    public void WhatMeansSeveral_IsAmbiguous()
    {
        var refused = Assert.Throws<SwarmException>(() => Lookup.Service(State, "aa"));
        Assert.Equal((SwarmErrorCode.InvalidArgument, "service aa is ambiguous (2 matches found)"), (refused.Code, refused.Message));
        Assert.Equal("node same is ambiguous (2 matches found)", Assert.Throws<SwarmException>(() => Lookup.Node(State, "same")).Message);
        Assert.Equal("task  not found", Assert.Throws<SwarmException>(() => Lookup.Task(State, "")).Message);
    }

    [Theory]
    [InlineData(null, "aaa1 web web-api")]
    [InlineData("""{"name":["web"]}""", "web web-api")]
    [InlineData("""{"name":{"web":true,"aaa":true}}""", "aaa1 web web-api")]
    [InlineData("""{"id":{"aa":true}}""", "web web-api")]
    [InlineData("""{"label":{"tier":true}}""", "web")]
    [InlineData("""{"label":{"tier=front":true,"x=":true}}""", "web")]
    [InlineData("""{"label":{"tier=front":true,"y":true}}""", "")]
    [InlineData("""{"label":{"tier=back":true}}""", "")]
    [InlineData("""{"mode":{"global":true}}""", "web-api")]
    [InlineData("""{"mode":{"replicated":true},"name":{"web":true}}""", "web")]
    [InlineData("""{"runtime":{"plugin":true}}""", "")]
    [InlineData("""{"runtime":{"container":true}}""", "aaa1 web web-api")]
    public void Services_AreFiltered(string? filters, string names) =>
        Assert.Equal(names, string.Join(' ', ServiceQuery.List(State, filters).Select(service => service.Spec.Name)));

    [Theory]
    [InlineData("""{"role":{"worker":true}}""", "n2")]
    [InlineData("""{"node.label":{"disk=ssd":true}}""", "n1")]
    [InlineData("""{"label":{"rack":true}}""", "n1")]
    [InlineData("""{"label":{"disk":true}}""", "")]
    [InlineData("""{"membership":{"accepted":true}}""", "n1 n2")]
    [InlineData("""{"membership":{"pending":true}}""", "")]
    [InlineData("""{"name":{"sa":true},"id":{"n2":true}}""", "n2")]
    public void Nodes_AreFiltered(string filters, string ids) =>
        Assert.Equal(ids, string.Join(' ', NodeQuery.List(State, filters).Select(node => node.Id)));

    [Theory]
    [InlineData("""{"service":{"web-api":true}}""", "u3")]
    [InlineData("""{"service":{"aaa1":true,"web-api":true}}""", "t1 t2 u3")]
    [InlineData("""{"node":{"n2":true}}""", "t2 u3")]
    [InlineData("""{"node":{"n2":true},"service":{"aaa1":true}}""", "t2")]
    [InlineData("""{"desired-state":{"running":true}}""", "t1 u3")]
    [InlineData("""{"desired-state":{"shutdown":true,"running":true}}""", "t1 t2 u3")]
    [InlineData("""{"name":{"web.":true}}""", "t1 t2")]
    [InlineData("""{"id":{"t":true}}""", "t1 t2")]
    [InlineData("""{"label":{"l=1":true}}""", "t1")]
    [InlineData("""{"service":{"aaa1":true},"_up-to-date":{"true":true}}""", "t1")]
    [InlineData("""{"service":{"aaa1":true},"_up-to-date":{"false":true}}""", "t2")]
    public void Tasks_AreFiltered(string filters, string ids) =>
        Assert.Equal(ids, string.Join(' ', TaskQuery.List(State, filters).Select(task => task.Id).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("""{"colour":["x"]}""", SwarmErrorCode.InvalidArgument, "invalid filter 'colour': known are name, id, label, service, node, desired-state, runtime")]
    [InlineData("""{"desired-state":["up"]}""", SwarmErrorCode.InvalidArgument, "invalid desired-state filter 'up'")]
    [InlineData("""{"service":["none"]}""", SwarmErrorCode.NotFound, "service none not found")]
    [InlineData("""{"service":"none"}""", SwarmErrorCode.InvalidArgument, "invalid filters")]
    [InlineData("""nonsense""", SwarmErrorCode.InvalidArgument, "invalid filters")]
    [InlineData("""[]""", SwarmErrorCode.InvalidArgument, "invalid filters")]
    public void WrongFilter_IsRefused(string filters, SwarmErrorCode code, string message)
    {
        var refused = Assert.Throws<SwarmException>(() => TaskQuery.List(State, filters).ToList());
        Assert.Equal(code, refused.Code);
        Assert.Contains(message, refused.Message);
    }

    [Theory]
    [InlineData("/v1.41/services/x", "1.41", "/services/x")]
    [InlineData("/services/x", null, "/services/x")]
    [InlineData("/v1.41", "1.41", "/")]
    [InlineData("/v1.x/services", null, "/v1.x/services")]
    [InlineData("/volumes", null, "/volumes")]
    public void Version_IsSplitOffThePath(string path, string? version, string rest) =>
        Assert.Equal((version, rest), (ApiVersion.Split(path).Version?.ToString(), ApiVersion.Split(path).Path));

    [Fact]
    public void FieldsThatAreNotKnown_AreNamed() =>
        Assert.Equal(
            ["Colour", "TaskTemplate.ContainerSpec.Mounts[0].Speed"],
            UnknownFields.In(
                """{"Name":"a","Colour":"red","Size":0,"TaskTemplate":{"ForceUpdate":0,"ContainerSpec":{"Image":"b","TTY":false,"Mounts":[{"Target":"/x","Speed":1}]}}}""",
                new ServiceSpec { Name = "a", TaskTemplate = new() { ContainerSpec = new() { Image = "b", Mounts = [new() { Target = "/x" }] } } }));

    [Fact]
    public void MadeUpNames_AreValidNames()
    {
        for (var i = 0; i < 256; i++)
            Assert.Null(SwarmPS.Model.Validation.ObjectNames.Problem(MadeUpNames.Of([(byte)i, (byte)(255 - i), (byte)i])));
    }
}
