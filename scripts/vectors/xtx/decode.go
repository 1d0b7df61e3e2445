package main

import (
	"encoding/hex"
	"fmt"
	"math/rand"

	authzv1 "cosmossdk.io/api/cosmos/authz/v1beta1"
	bankv1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	"cosmossdk.io/api/cosmos/crypto/secp256k1"
	feegrantv1 "cosmossdk.io/api/cosmos/feegrant/v1beta1"
	signingv1 "cosmossdk.io/api/cosmos/tx/signing/v1beta1"
	txv1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	"cosmossdk.io/x/tx/decode"
	"cosmossdk.io/x/tx/signing"
	"github.com/cosmos/btcutil/bech32"
	"google.golang.org/protobuf/types/known/anypb"
)

// decoded is the verdict of x/tx/decode on some bytes.
type decoded struct {
	TxHex string `json:"txHex"`
	// Signers are empty when the bytes were refused.
	Signers      []string `json:"signers,omitempty"`
	NonCriticals bool     `json:"nonCriticals,omitempty"`
	Error        string   `json:"error,omitempty"`
}

// addressCodec reads addresses as an account keeper with the prefix "stateset" does.
type addressCodec struct{}

func (addressCodec) StringToBytes(text string) ([]byte, error) {
	if len(text) == 0 {
		return nil, fmt.Errorf("empty address string is not allowed")
	}
	prefix, data, err := bech32.Decode(text, 1023)
	if err != nil {
		return nil, fmt.Errorf("decoding bech32 failed: %w", err)
	}
	if prefix != "stateset" {
		return nil, fmt.Errorf("hrp does not match bech32 prefix: expected 'stateset' got '%s'", prefix)
	}
	bz, err := bech32.ConvertBits(data, 5, 8, false)
	if err == nil && (len(bz) == 0 || len(bz) > 255) {
		err = fmt.Errorf("address of %d bytes", len(bz))
	}
	return bz, err
}

func (addressCodec) BytesToString(bz []byte) (string, error) {
	data, err := bech32.ConvertBits(bz, 8, 5, true)
	if err != nil {
		return "", err
	}
	return bech32.Encode("stateset", data)
}

func decoder() *decode.Decoder {
	context, err := signing.NewContext(signing.Options{AddressCodec: addressCodec{}, ValidatorAddressCodec: addressCodec{}})
	if err != nil {
		panic(err)
	}
	decoder, err := decode.NewDecoder(decode.Options{SigningContext: context})
	if err != nil {
		panic(err)
	}
	return decoder
}

// samples are transactions that decode.
func samples() [][]byte {
	key := pack(&secp256k1.PubKey{Key: append([]byte{2}, make([]byte, 32)...)})
	send := &bankv1.MsgSend{FromAddress: alice, ToAddress: bob, Amount: coins("uusdc", "1234567")}
	multi := &bankv1.MsgMultiSend{
		Inputs:  []*bankv1.Input{{Address: bob, Coins: coins("uusdc", "3")}, {Address: alice, Coins: coins("atom", "1")}},
		Outputs: []*bankv1.Output{{Address: carol, Coins: coins("uusdc", "3")}},
	}
	exec := &authzv1.MsgExec{Grantee: carol, Msgs: []*anypb.Any{pack(send), pack(multi)}}
	grant := &feegrantv1.MsgGrantAllowance{Granter: alice, Grantee: bob, Allowance: pack(&feegrantv1.BasicAllowance{})}
	bodies := []*txv1.TxBody{
		{Messages: []*anypb.Any{pack(send)}, Memo: "memo"},
		{Messages: []*anypb.Any{pack(exec), pack(grant)}, TimeoutHeight: 300},
		{Messages: []*anypb.Any{pack(multi), pack(send)}, Unordered: true},
	}
	single := &txv1.ModeInfo{Sum: &txv1.ModeInfo_Single_{Single: &txv1.ModeInfo_Single{Mode: signingv1.SignMode_SIGN_MODE_DIRECT}}}
	var out [][]byte
	for i, body := range bodies {
		fee := &txv1.Fee{Amount: coins("uusdc", "2500"), GasLimit: 200000}
		if i == 1 {
			fee.Payer = bob
		}
		info := &txv1.AuthInfo{Fee: fee, SignerInfos: []*txv1.SignerInfo{{PublicKey: key, ModeInfo: single, Sequence: 5}}}
		out = append(out, marshal(&txv1.TxRaw{BodyBytes: marshal(body), AuthInfoBytes: marshal(info), Signatures: [][]byte{{1, 2, 3}}}))
	}
	return out
}

// mutate changes, removes or inserts a few bytes, or lets a length grow with what it counts.
func mutate(random *rand.Rand, bz []byte) []byte {
	out := append([]byte{}, bz...)
	for n := 1 + random.Intn(2); n > 0; n-- {
		at := random.Intn(len(out))
		switch random.Intn(5) {
		case 0:
			out[at] ^= 1 << random.Intn(8)
		case 1:
			out[at] = byte(random.Intn(256))
		case 2:
			out = append(out[:at:at], out[at+1:]...)
		case 3:
			out = append(out[:at:at], append([]byte{byte(random.Intn(256))}, out[at:]...)...)
		case 4:
			out = extend(random, out)
		}
		if len(out) == 0 {
			return out
		}
	}
	return out
}

// extend appends a field to the body or the auth info of a well-formed transaction.
func extend(random *rand.Rand, bz []byte) []byte {
	raw := &txv1.TxRaw{}
	if err := unmarshal(bz, raw); err != nil {
		return bz
	}
	fields := [][]byte{
		{0x82, 0x40, 1, 7},       // number 1024, bytes: non-critical
		{0x80, 0x40, 5},          // number 1024, varint
		{0x83, 0x40, 0x84, 0x40}, // number 1024, group
		{0x85, 0x40, 1, 2, 3, 4}, // number 1024, fixed32
		{0x7a, 1, 7},             // number 15, bytes: critical
		{0x12, 1, 'x'},           // memo again, or fee
		{0x12, 1, 0xff},          // invalid UTF-8
		{0x18, 0x80, 0x80, 0x00}, // a padded varint
		{0x1a, 0},                // another wire type of number 3
		{0x9a, 0x80, 0x00, 0},    // a padded tag of number 3
		{0xfa, 0x3f, 0},          // extension option, an empty Any
		{0xfa, 0x7f, 0},          // non-critical extension option, an empty Any
		{0x18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}, // the largest uint64
		{0x18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2}, // one bit more
	}
	extra := fields[random.Intn(len(fields))]
	if random.Intn(2) == 0 {
		raw.BodyBytes = append(raw.BodyBytes, extra...)
	} else {
		raw.AuthInfoBytes = append(raw.AuthInfoBytes, extra...)
	}
	return marshal(raw)
}

// decodedTxs are the samples, then mutations of them.
func decodedTxs(seed int64, count int) []decoded {
	random, decoder := rand.New(rand.NewSource(seed)), decoder()
	sources := samples()
	var out []decoded
	for i := 0; i < count; i++ {
		bz := sources[i%len(sources)]
		if i >= len(sources) {
			bz = mutate(random, bz)
		}
		verdict := decoded{TxHex: hex.EncodeToString(bz)}
		tx, err := decoder.Decode(bz)
		if err != nil {
			verdict.Error = err.Error()
		} else {
			for _, signer := range tx.Signers {
				verdict.Signers = append(verdict.Signers, hex.EncodeToString(signer))
			}
			verdict.NonCriticals = tx.TxBodyHasUnknownNonCriticals
		}
		out = append(out, verdict)
	}
	return out
}
