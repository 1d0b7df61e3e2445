// Prints what CometBFT's JSON-RPC server writes for given results, for test/vectors/cometRpc: each case is a result
// or an event, with the protobuf parts it is made of, and its JSON.
package main

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	"github.com/cometbft/cometbft/crypto/secp256k1"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cometbft/cometbft/types"
)

// Case is a value's protobuf parts by name (hex) and its JSON.
type Case struct {
	Name  string            `json:"name"`
	Parts map[string]string `json:"parts"`
	JSON  json.RawMessage   `json:"json"`
}

var cases []Case

type marshaler interface{ Marshal() ([]byte, error) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func add(name string, value any, parts map[string]marshaler) {
	encoded := map[string]string{}
	for part, message := range parts {
		encoded[part] = hex.EncodeToString(must(message.Marshal()))
	}
	cases = append(cases, Case{name, encoded, must(cmtjson.Marshal(value))})
}

func fill(start byte, count int) []byte {
	bytes := make([]byte, count)
	for i := range bytes {
		bytes[i] = start + byte(i)
	}
	return bytes
}

var (
	edKey     = ed25519.GenPrivKeyFromSecret([]byte("a")).PubKey()
	secpKey   = secp256k1.GenPrivKeySecp256k1([]byte("b")).PubKey()
	blockTime = time.Unix(1_790_000_000, 120_340_000).UTC()
	blockID   = types.BlockID{Hash: fill(1, 32), PartSetHeader: types.PartSetHeader{Total: 2, Hash: fill(2, 32)}}
	validator = &types.Validator{Address: edKey.Address(), PubKey: edKey, VotingPower: 10, ProposerPriority: -3}
)

func header(height int64) types.Header {
	return types.Header{
		Version: cmtversion.Consensus{Block: 11, App: 0}, ChainID: "test-<1>", Height: height, Time: blockTime,
		LastBlockID: blockID, LastCommitHash: fill(3, 32), DataHash: fill(4, 32), ValidatorsHash: fill(5, 32),
		NextValidatorsHash: fill(6, 32), ConsensusHash: fill(7, 32), AppHash: fill(200, 32), LastResultsHash: fill(9, 32),
		EvidenceHash: fill(10, 32), ProposerAddress: edKey.Address(),
	}
}

func commit(height int64) *types.Commit {
	return &types.Commit{Height: height, Round: 1, BlockID: blockID, Signatures: []types.CommitSig{
		{BlockIDFlag: types.BlockIDFlagCommit, ValidatorAddress: edKey.Address(), Timestamp: blockTime, Signature: fill(0, 64)},
		{BlockIDFlag: types.BlockIDFlagAbsent},
		{BlockIDFlag: types.BlockIDFlagNil, ValidatorAddress: fill(9, 20), Timestamp: blockTime.Truncate(time.Second), Signature: fill(7, 64)},
	}}
}

func evidence() types.EvidenceList {
	vote := func(hash byte) *types.Vote {
		return &types.Vote{
			Type: cmtproto.PrecommitType, Height: 4, Round: 1, Timestamp: blockTime, ValidatorAddress: edKey.Address(),
			BlockID:        types.BlockID{Hash: fill(hash, 32), PartSetHeader: types.PartSetHeader{Total: 1, Hash: fill(hash, 32)}},
			ValidatorIndex: 2, Signature: fill(hash, 64), Extension: fill(hash, 3), ExtensionSignature: fill(hash, 64),
		}
	}
	set := &types.ValidatorSet{Validators: []*types.Validator{validator}, Proposer: validator}
	set.TotalVotingPower()
	light := header(4)
	light.ValidatorsHash = set.Hash()
	lightCommit := commit(4)
	lightCommit.BlockID.Hash = light.Hash()
	return types.EvidenceList{
		&types.DuplicateVoteEvidence{VoteA: vote(30), VoteB: vote(40), TotalVotingPower: 20, ValidatorPower: 10, Timestamp: blockTime},
		&types.LightClientAttackEvidence{
			ConflictingBlock: &types.LightBlock{
				SignedHeader: &types.SignedHeader{Header: &light, Commit: lightCommit}, ValidatorSet: set,
			},
			CommonHeight: 3, ByzantineValidators: []*types.Validator{validator}, TotalVotingPower: 20, Timestamp: blockTime,
		},
	}
}

func block(height int64, txs types.Txs, list types.EvidenceList, last *types.Commit) *types.Block {
	b := &types.Block{
		Header: header(height), Data: types.Data{Txs: txs}, Evidence: types.EvidenceData{Evidence: list}, LastCommit: last,
	}
	b.LastCommitHash, b.DataHash, b.EvidenceHash = last.Hash(), b.Data.Hash(), b.Evidence.Hash()
	return b
}

func main() {
	addBlocks()
	addResults()
	addOthers()
	addEvents()
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{"cases": cases}); err != nil {
		panic(err)
	}
}

var (
	txs    = types.Txs{[]byte("first"), []byte("second"), []byte("third")}
	events = []abci.Event{
		{Type: "transfer", Attributes: []abci.EventAttribute{
			{Key: "recipient", Value: "b", Index: true}, {Key: "note", Value: "<&>\u2028\"\\é\x01", Index: false},
		}},
		{Type: "bare"},
	}
	fullResult = &abci.ExecTxResult{
		Code: 5, Data: fill(1, 5), Log: "line\nbreak", Info: "info", GasWanted: math.MaxInt64, GasUsed: 70_000, Events: events, Codespace: "sdk",
	}
	params = &cmtproto.ConsensusParams{
		Block: &cmtproto.BlockParams{MaxBytes: 22_020_096, MaxGas: -1},
		Evidence: &cmtproto.EvidenceParams{
			MaxAgeNumBlocks: 100_000, MaxAgeDuration: 48*time.Hour + 7*time.Nanosecond, MaxBytes: 1_048_576,
		},
		Validator: &cmtproto.ValidatorParams{PubKeyTypes: []string{"ed25519", "secp256k1"}},
		Version:   &cmtproto.VersionParams{App: 3},
		Abci:      &cmtproto.ABCIParams{VoteExtensionsEnableHeight: 9},
	}
)

func addBlocks() {
	full, first := block(5, txs, evidence(), commit(4)), block(1, nil, nil, &types.Commit{})
	for i, b := range []*types.Block{full, first} {
		name := []string{"full", "first"}[i]
		if name == "first" {
			b.LastBlockID = types.BlockID{}
			b.AppHash = nil
			b.Version.App = 7
		}
		proto := must(b.ToProto())
		// Read back, as the server reads it from its store.
		read := must(types.BlockFromProto(proto))
		id := blockID.ToProto()
		add("block/"+name, &ctypes.ResultBlock{BlockID: blockID, Block: read}, map[string]marshaler{"block": proto, "blockId": &id})
	}
	add("block/absent", &ctypes.ResultBlock{}, nil)
	h := header(5)
	c := commit(5)
	add("header", &ctypes.ResultHeader{Header: &h}, map[string]marshaler{"header": h.ToProto()})
	add("header/absent", &ctypes.ResultHeader{}, nil)
	add("commit", ctypes.NewResultCommit(&h, c, true), map[string]marshaler{"header": h.ToProto(), "commit": c.ToProto()})
	meta := &types.BlockMeta{BlockID: blockID, BlockSize: 1234, Header: h, NumTxs: 3}
	add("blockchain", &ctypes.ResultBlockchainInfo{LastHeight: 9, BlockMetas: []*types.BlockMeta{meta}}, map[string]marshaler{"meta": meta.ToProto()})
	proof := txs.Proof(1)
	protoProof := proof.ToProto()
	add("tx/proof", &ctypes.ResultTx{
		Hash: txs[1].Hash(), Height: 5, Index: 1, TxResult: *fullResult, Tx: txs[1], Proof: proof,
	}, map[string]marshaler{"result": fullResult, "proof": &protoProof})
	lone := types.Txs{txs[0]}.Proof(0)
	loneProof := lone.ToProto()
	add("tx/loneProof", &ctypes.ResultTx{
		Hash: txs[0].Hash(), Height: 5, TxResult: abci.ExecTxResult{}, Tx: txs[0], Proof: lone,
	}, map[string]marshaler{"result": &abci.ExecTxResult{}, "proof": &loneProof})
	add("tx", &ctypes.ResultTx{
		Hash: txs[0].Hash(), Height: 5, TxResult: abci.ExecTxResult{}, Tx: txs[0],
	}, map[string]marshaler{"result": &abci.ExecTxResult{}})
	add("tx_search/none", &ctypes.ResultTxSearch{Txs: make([]*ctypes.ResultTx, 0), TotalCount: 0}, nil)
	add("block_search/none", &ctypes.ResultBlockSearch{Blocks: make([]*ctypes.ResultBlock, 0), TotalCount: 0}, nil)
}

func finalize() *abci.ResponseFinalizeBlock {
	return &abci.ResponseFinalizeBlock{
		Events: events, TxResults: []*abci.ExecTxResult{fullResult, {}},
		ValidatorUpdates: []abci.ValidatorUpdate{
			{PubKey: must(cryptoenc.PubKeyToProto(edKey)), Power: 10}, {PubKey: must(cryptoenc.PubKeyToProto(secpKey)), Power: 0},
		},
		ConsensusParamUpdates: params, AppHash: fill(200, 32),
	}
}

// Through protobuf and back: what a store or an application gives.
func stored(response *abci.ResponseFinalizeBlock) *abci.ResponseFinalizeBlock {
	read := &abci.ResponseFinalizeBlock{}
	if err := read.Unmarshal(must(response.Marshal())); err != nil {
		panic(err)
	}
	return read
}

func addResults() {
	partial := &abci.ResponseFinalizeBlock{
		AppHash: fill(200, 32), ConsensusParamUpdates: &cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxBytes: 5}},
	}
	for i, response := range []*abci.ResponseFinalizeBlock{finalize(), {AppHash: fill(200, 32)}, partial} {
		name := []string{"full", "empty", "partial"}[i]
		r := stored(response)
		add("block_results/"+name, &ctypes.ResultBlockResults{
			Height: 5, TxsResults: r.TxResults, FinalizeBlockEvents: r.Events, ValidatorUpdates: r.ValidatorUpdates,
			ConsensusParamUpdates: r.ConsensusParamUpdates, AppHash: r.AppHash,
		}, map[string]marshaler{"response": r})
	}
	check := &abci.ResponseCheckTx{Code: 4, Data: fill(1, 3), Log: "l", Info: "i", GasWanted: 5, GasUsed: 6, Events: events, Codespace: "sdk"}
	add("check_tx", &ctypes.ResultCheckTx{ResponseCheckTx: *check}, map[string]marshaler{"check": check})
	add("check_tx/empty", &ctypes.ResultCheckTx{}, map[string]marshaler{"check": &abci.ResponseCheckTx{}})
	add("broadcast_tx_commit", &ctypes.ResultBroadcastTxCommit{CheckTx: *check, TxResult: *fullResult, Hash: fill(160, 32), Height: 5},
		map[string]marshaler{"check": check, "result": fullResult})
	add("broadcast_tx_sync", &ctypes.ResultBroadcastTx{Code: 4, Data: fill(170, 3), Log: "l", Codespace: "sdk", Hash: fill(160, 32)},
		map[string]marshaler{"check": &abci.ResponseCheckTx{Code: 4, Data: fill(170, 3), Log: "l", Codespace: "sdk"}})
	add("broadcast_tx_async", &ctypes.ResultBroadcastTx{Hash: fill(160, 32)}, nil)
	query := &abci.ResponseQuery{
		Code: 1, Log: "l", Info: "i", Index: 2, Key: fill(1, 3), Value: fill(2, 3), Height: 5, Codespace: "sdk",
		ProofOps: &cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{{Type: "ics23:iavl", Key: fill(1, 3), Data: fill(4, 9)}, {}}},
	}
	add("abci_query", &ctypes.ResultABCIQuery{Response: *query}, map[string]marshaler{"query": query})
	add("abci_query/empty", &ctypes.ResultABCIQuery{}, map[string]marshaler{"query": &abci.ResponseQuery{}})
	info := &abci.ResponseInfo{Data: "app", Version: "1.2", AppVersion: 3, LastBlockHeight: 5, LastBlockAppHash: fill(200, 32)}
	add("abci_info", &ctypes.ResultABCIInfo{Response: *info}, map[string]marshaler{"info": info})
	add("abci_info/empty", &ctypes.ResultABCIInfo{}, map[string]marshaler{"info": &abci.ResponseInfo{}})
}

func addOthers() {
	add("consensus_params", &ctypes.ResultConsensusParams{BlockHeight: 6, ConsensusParams: types.ConsensusParamsFromProto(*params)},
		map[string]marshaler{"params": params})
	protoValidator := must(validator.ToProto())
	add("validators", &ctypes.ResultValidators{BlockHeight: 6, Validators: []*types.Validator{validator}, Count: 1, Total: 3},
		map[string]marshaler{"validator": protoValidator})
	add("unconfirmed_txs", &ctypes.ResultUnconfirmedTxs{Count: 2, Total: 7, TotalBytes: 99, Txs: txs[:2]}, nil)
	add("num_unconfirmed_txs", &ctypes.ResultUnconfirmedTxs{Count: 7, Total: 7, TotalBytes: 99}, nil)
	add("net_info", &ctypes.ResultNetInfo{Listening: false, Listeners: []string{}, NPeers: 0, Peers: []ctypes.Peer{}}, nil)
	add("health", &ctypes.ResultHealth{}, nil)
	add("genesis_chunked", &ctypes.ResultGenesisChunk{ChunkNumber: 0, TotalChunks: 1, Data: "e30="}, nil)
	add("status", &ctypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{
			ProtocolVersion: p2p.NewProtocolVersion(8, 11, 3), DefaultNodeID: p2p.ID(hex.EncodeToString(fill(1, 20))),
			ListenAddr: "tcp://127.0.0.1:26656", Network: "test-<1>", Version: "0.38.25",
			Channels: []byte{0x40, 0x20, 0x21, 0x22, 0x23, 0x30, 0x38, 0x60, 0x61, 0x00}, Moniker: "m",
			Other: p2p.DefaultNodeInfoOther{TxIndex: "on", RPCAddress: "tcp://127.0.0.1:26657"},
		},
		SyncInfo: ctypes.SyncInfo{
			LatestBlockHash: fill(1, 32), LatestAppHash: fill(200, 32), LatestBlockHeight: 5, LatestBlockTime: blockTime,
			EarliestBlockHash: fill(1, 32), EarliestAppHash: nil, EarliestBlockHeight: 1, EarliestBlockTime: blockTime.Truncate(time.Second),
		},
		ValidatorInfo: ctypes.ValidatorInfo{Address: edKey.Address(), PubKey: edKey, VotingPower: 10},
	}, map[string]marshaler{"validator": protoValidator})
}

func addEvents() {
	b := block(5, txs, nil, commit(4))
	proto := must(b.ToProto())
	read := must(types.BlockFromProto(proto))
	id := blockID.ToProto()
	for i, response := range []*abci.ResponseFinalizeBlock{finalize(), {AppHash: fill(200, 32)}} {
		name := []string{"full", "empty"}[i]
		r := stored(response)
		add("event/NewBlock/"+name, types.EventDataNewBlock{Block: read, BlockID: blockID, ResultFinalizeBlock: *r},
			map[string]marshaler{"block": proto, "blockId": &id, "response": r})
		add("event/NewBlockEvents/"+name, types.EventDataNewBlockEvents{Height: 5, Events: r.Events, NumTxs: 3},
			map[string]marshaler{"response": r})
	}
	add("event/NewBlockHeader", types.EventDataNewBlockHeader{Header: b.Header}, map[string]marshaler{"header": b.Header.ToProto()})
	for _, index := range []uint32{0, 1} {
		result := &abci.TxResult{Height: 5, Index: index, Tx: txs[index], Result: *fullResult}
		add("event/Tx", types.EventDataTx{TxResult: *result}, map[string]marshaler{"tx": result})
	}
	bare := &abci.TxResult{Height: 5, Tx: txs[0], Result: abci.ExecTxResult{Events: []abci.Event{{}}}}
	add("event/Tx", types.EventDataTx{TxResult: *bare}, map[string]marshaler{"tx": bare})
	list := evidence()
	add("event/NewEvidence", types.EventDataNewEvidence{Height: 5, Evidence: list[0]},
		map[string]marshaler{"evidence": must(types.EvidenceToProto(list[0]))})
	fresh := types.NewValidator(edKey, 10)
	add("event/ValidatorSetUpdates", types.EventDataValidatorSetUpdates{ValidatorUpdates: []*types.Validator{fresh}},
		map[string]marshaler{"response": &abci.ResponseFinalizeBlock{ValidatorUpdates: []abci.ValidatorUpdate{types.TM2PB.ValidatorUpdate(fresh)}}})
}
